// What stands where a message was deleted.
import { styled } from '@mui/material/styles';
import { texts } from '@/lib/texts';

const Words = styled('p')(({ theme }) => ({
  margin: 0,
  fontStyle: 'italic',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

export function Gone() {
  return <Words>{texts.message.deleted}</Words>;
}

// A few words in the middle of the room, where there is nothing else to show.
import { styled } from '@mui/material/styles';

export const Middle = styled('div')(({ theme }) => ({
  display: 'grid',
  alignContent: 'center',
  justifyItems: 'center',
  textAlign: 'center',
  gap: theme.spacing(2),
  padding: theme.spacing(3),
  flex: 1,
  minHeight: '100%',
  overflowWrap: 'anywhere',
}));

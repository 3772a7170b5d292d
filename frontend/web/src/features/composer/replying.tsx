// The message that is being answered, above the text, with a way to let it go.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { CloseIcon } from '@/components/icons';
import type { Message } from '@/contracts/generated';
import { texts } from '@/lib/texts';

const SHOWN_LETTERS = 160;

const Strip = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1),
  padding: theme.spacing(0.25, 0.5, 0.25, 1.5),
  fontSize: '0.86rem',
  borderBottom: `1px solid ${(theme.vars ?? theme).palette.divider}`,
  marginBottom: theme.spacing(0.5),
}));
const Said = styled('span')(({ theme }) => ({
  flex: 1,
  minWidth: 0,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

export function Replying({ message, onCancel }: { message: Message; onCancel: () => void }) {
  return (
    <Strip>
      <Said>
        <strong>{texts.composer.replyingTo(message.sender)}</strong>{' '}
        <bdi>{message.text.slice(0, SHOWN_LETTERS)}</bdi>
      </Said>
      <IconButton size="small" aria-label={texts.composer.cancelReply} onClick={onCancel}>
        <CloseIcon fontSize="small" />
      </IconButton>
    </Strip>
  );
}

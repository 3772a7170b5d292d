// Up and down, each with its count; a second click takes the vote back.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { DownIcon, UpIcon } from '@/components/icons';
import type { Message } from '@/contracts/generated';
import { useMyVote, vote } from '@/lib/channel/wishes';
import { useSession } from '@/lib/session';
import { texts } from '@/lib/texts';

const Pair = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  gap: 2,
  fontSize: '0.82rem',
  fontVariantNumeric: 'tabular-nums',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

interface VotesProps {
  readonly channel: string;
  readonly message: Message;
  /** Whether the message is my own, on which nobody votes. */
  readonly mine: boolean;
}

export function Votes({ channel, message, mine }: VotesProps) {
  const isGuest = useSession((store) => store.session?.isGuest ?? true);
  const value = useMyVote(message.commentId);
  const cannot = mine ? texts.message.ownVote : isGuest ? texts.message.guestVote : undefined;
  const button = (wish: 1 | -1) => (
    <VoteButton
      label={wish === 1 ? texts.message.up(message.up) : texts.message.down(message.down)}
      cannot={cannot}
      pressed={value === wish}
      up={wish === 1}
      onClick={() => void vote(channel, message.commentId, value === wish ? 0 : wish)}
    />
  );
  return (
    <Pair>
      {button(1)}
      {message.up > 0 && <span aria-hidden="true">{message.up}</span>}
      {button(-1)}
      {message.down > 0 && <span aria-hidden="true">{message.down}</span>}
    </Pair>
  );
}

interface VoteButtonProps {
  readonly label: string;
  readonly cannot: string | undefined;
  readonly pressed: boolean;
  readonly up: boolean;
  readonly onClick: () => void;
}

function VoteButton({ label, cannot, pressed, up, onClick }: VoteButtonProps) {
  const Icon = up ? UpIcon : DownIcon;
  return (
    // A disabled button shows no title; what stands around it does.
    <span title={cannot ?? label}>
      <IconButton
        size="small"
        aria-label={label}
        aria-pressed={pressed}
        disabled={cannot !== undefined}
        color={pressed ? 'primary' : 'default'}
        onClick={onClick}
      >
        <Icon sx={{ fontSize: '1.05rem' }} />
      </IconButton>
    </span>
  );
}

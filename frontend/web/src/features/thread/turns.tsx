// Turns over the answers of one bot to one message; who asked chooses so what everybody sees.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { ChevronIcon } from '@/components/icons';
import type { Message } from '@/contracts/generated';
import { firstOf } from '@/lib/channel/answers';
import { dispatch } from '@/lib/channel/rooms';
import { chooseAnswer } from '@/lib/channel/wishes';
import { texts } from '@/lib/texts';

const Group = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  fontSize: '0.82rem',
  fontVariantNumeric: 'tabular-nums',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

interface TurnsProps {
  readonly channel: string;
  readonly message: Message;
  readonly mine: boolean;
  /** The ids of all that stand, this one among them. */
  readonly answers: readonly number[];
}

export function Turns({ channel, message, mine, answers }: TurnsProps) {
  const index = answers.indexOf(message.commentId);
  const button = (label: string, to: number | undefined, turn: string) => (
    <IconButton
      size="small"
      title={label}
      aria-label={label}
      disabled={to === undefined}
      onClick={() => {
        if (to === undefined) return;
        dispatch(channel, { type: 'looked', first: firstOf(message), at: to });
        if (mine) void chooseAnswer(channel, to);
      }}
    >
      <ChevronIcon sx={{ fontSize: '1.05rem', transform: `rotate(${turn})` }} />
    </IconButton>
  );
  return (
    <Group role="group" aria-label={texts.message.answers}>
      {button(texts.message.earlierAnswer, answers[index - 1], '90deg')}
      {texts.message.answerOf(index + 1, answers.length)}
      {button(texts.message.laterAnswer, answers[index + 1], '-90deg')}
    </Group>
  );
}

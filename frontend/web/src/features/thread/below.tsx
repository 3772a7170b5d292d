// What stands below the words: the other answers, how people like these, and for who asked, one more.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { AgainIcon } from '@/components/icons';
import type { Message } from '@/contracts/generated';
import { answerAgain } from '@/lib/channel/wishes';
import { texts } from '@/lib/texts';
import { Turns } from './turns';
import { Votes } from './votes';

const Strip = styled('div')({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  columnGap: 8,
  marginInlineStart: -5,
});

interface BelowProps {
  readonly channel: string;
  readonly message: Message;
  /** Whether it is mine: my words, or a bot's answer to them. */
  readonly mine: boolean;
  /** The ids of the answers to the same message. */
  readonly answers: readonly number[];
}

export function Below({ channel, message, mine, answers }: BelowProps) {
  const whole = !message.isThinking;
  return (
    <Strip>
      {answers.length > 1 && <Turns channel={channel} message={message} mine={mine} answers={answers} />}
      {whole && message.error === null && (
        <Votes channel={channel} message={message} mine={mine && !message.isBot} />
      )}
      {whole && message.isBot && mine && (
        <Button
          size="small"
          startIcon={<AgainIcon />}
          sx={{ color: 'text.secondary' }}
          onClick={() => void answerAgain(channel, message.commentId)}
        >
          {texts.message.again}
        </Button>
      )}
    </Strip>
  );
}

// What stands below the words: how people like them, and for who asked, another answer.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { AgainIcon } from '@/components/icons';
import type { Message } from '@/contracts/generated';
import { answerAgain } from '@/lib/channel/wishes';
import { texts } from '@/lib/texts';
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
}

export function Below({ channel, message, mine }: BelowProps) {
  return (
    <Strip>
      {message.error === null && <Votes channel={channel} message={message} mine={mine && !message.isBot} />}
      {message.isBot && mine && (
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

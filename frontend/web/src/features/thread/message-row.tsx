// A message that the hub holds: by a person, or by a bot while it thinks and when it has answered.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { memo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { Foldable } from '@/components/foldable';
import { ReplyIcon } from '@/components/icons';
import { Words } from '@/components/words';
import type { Message } from '@/contracts/generated';
import { useBot } from '@/lib/bots';
import { firstOf, standing } from '@/lib/channel/answers';
import { useMessage, useRoom } from '@/lib/channel/rooms';
import { startReply } from '@/lib/drafts';
import { texts } from '@/lib/texts';
import { Answer, type AnswerProps } from './answer';
import { Below } from './below';
import { DeleteButton } from './delete-button';
import { Gone } from './gone';
import { Line } from './line';
import { Pictures } from './pictures';
import { Quote } from './quote';

const Card = styled('div')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    width: 'fit-content',
    maxWidth: '100%',
    minWidth: 'min(12rem, 100%)',
    background: palette.background.paper,
    border: `1px solid ${palette.divider}`,
    borderRadius: '4px 16px 16px 16px',
    padding: theme.spacing(1.25, 1.75),
    marginTop: theme.spacing(0.25),
  };
});

interface MessageRowProps {
  readonly channel: string;
  readonly message: Message;
  readonly grouped: boolean;
  readonly quotes: boolean;
  readonly onJump: (first: number) => void;
}

export const MessageRow = memo(function MessageRow({
  channel,
  message,
  grouped,
  quotes,
  onJump,
}: MessageRowProps) {
  const bot = useBot(message.isBot ? message.sender : null);
  const gone = message.deletedAt !== null;
  const mine = useIsMine(channel, message);
  // People's words have the place to vote once there is a vote: two more buttons a row make a long thread slow to scroll.
  const whole = !message.isThinking && (message.isBot || message.up + message.down > 0);
  const answers = useAnswers(channel, message);
  const face = message.isBot ? { avatar: bot?.card.avatar ?? '🤖', awake: bot?.awake ?? false } : {};
  return (
    <Line
      sender={message.sender}
      sentAt={message.sentAt}
      grouped={grouped && !message.isBot}
      isBot={message.isBot}
      face={face}
      edited={message.editedAt !== null}
      quote={
        quotes &&
        message.parentId !== null && <Quote channel={channel} parentId={message.parentId} onJump={onJump} />
      }
      actions={
        !gone && (
          <>
            {/* Another answer in the same place was not asked about. */}
            {mine && !message.isThinking && (
              <DeleteButton key={message.commentId} channel={channel} message={message} />
            )}
            <ReplyButton channel={channel} message={message} />
          </>
        )
      }
    >
      {gone ? <Gone /> : <Said key={message.commentId} channel={channel} message={message} bot={bot} />}
      {!gone && (whole || answers.length > 1) && (
        <Below channel={channel} message={message} mine={mine} answers={answers} />
      )}
    </Line>
  );
});

/** Whether it is my words, or a bot's answer to them. */
function useIsMine(channel: string, message: Message): boolean {
  const you = useRoom(channel, (state) => state.you);
  const question = useMessage(channel, message.parentId);
  return (message.isBot ? question?.sender : message.sender) === you;
}

function useAnswers(channel: string, message: Message): readonly number[] {
  return useRoom(
    channel,
    useShallow((state) => standing(state, firstOf(message))),
  );
}

function Said({ channel, message, bot }: AnswerProps) {
  if (message.isBot) {
    return (
      <Card>
        <Answer channel={channel} message={message} bot={bot} />
      </Card>
    );
  }
  return (
    <>
      <Foldable text={message.text}>
        <Words text={message.text} />
      </Foldable>
      <Pictures images={message.images} />
    </>
  );
}

function ReplyButton({ channel, message }: { channel: string; message: Message }) {
  return (
    <IconButton
      title={texts.message.reply}
      size="small"
      aria-label={texts.message.replyTo(message.sender)}
      onClick={() => startReply(channel, message)}
    >
      <ReplyIcon fontSize="small" />
    </IconButton>
  );
}

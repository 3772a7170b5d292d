// A message that the hub holds: by a person, or by a bot while it thinks and when it has answered.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { memo } from 'react';
import { Foldable } from '@/components/foldable';
import { ReplyIcon } from '@/components/icons';
import { Words } from '@/components/words';
import type { Message } from '@/contracts/generated';
import { useBot } from '@/lib/bots';
import { startReply } from '@/lib/drafts';
import { texts } from '@/lib/texts';
import { Answer } from './answer';
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
  readonly onJump: (commentId: number) => void;
}

export const MessageRow = memo(function MessageRow({
  channel,
  message,
  grouped,
  quotes,
  onJump,
}: MessageRowProps) {
  const bot = useBot(message.isBot ? message.sender : null);
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
      actions={<ReplyButton channel={channel} message={message} />}
    >
      {message.isBot ? (
        <Card>
          <Answer channel={channel} message={message} bot={bot} />
        </Card>
      ) : (
        <>
          <Foldable text={message.text}>
            <Words text={message.text} />
          </Foldable>
          <Pictures images={message.images} />
        </>
      )}
    </Line>
  );
});

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

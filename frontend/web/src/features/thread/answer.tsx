// The answer of a bot in each of its states: waiting, thinking, painting, failed, finished.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { Foldable } from '@/components/foldable';
import { StopIcon } from '@/components/icons';
import { Words } from '@/components/words';
import type { BotStatus, Message } from '@/contracts/generated';
import { useMessage, useRoom } from '@/lib/channel/rooms';
import { stopThinking } from '@/lib/channel/speak';
import { notify } from '@/lib/notices';
import { texts } from '@/lib/texts';
import { Painting } from './painting';
import { Pictures } from './pictures';
import { Provenance } from './provenance';
import { Thinking } from './thinking';

const Failed = styled('p')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    margin: theme.spacing(0.5, 0, 0),
    color: palette.error.main,
    overflowWrap: 'anywhere',
    '& small': { display: 'block', color: palette.text.secondary },
  };
});
const Stopped = styled('p')(({ theme }) => ({
  margin: 0,
  fontStyle: 'italic',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

export interface AnswerProps {
  readonly channel: string;
  readonly message: Message;
  readonly bot: BotStatus | undefined;
}

export function Answer({ channel, message, bot }: AnswerProps) {
  if (message.isThinking) {
    return (
      <>
        {message.text !== '' && <Words text={message.text} unfinished />}
        {message.progress === null ? (
          message.text === '' && <Thinking sender={message.sender} bot={bot} />
        ) : (
          <Painting sender={message.sender} progress={message.progress} parameters={bot?.card.parameters} />
        )}
        <StopButton channel={channel} message={message} />
      </>
    );
  }
  return (
    <>
      {message.text !== '' && (
        <Foldable text={message.text}>
          <Words text={message.text} />
        </Foldable>
      )}
      <Pictures images={message.images} />
      {message.error !== null && <Failure error={message.error} />}
      <Provenance message={message} />
    </>
  );
}

function Failure({ error }: { error: NonNullable<Message['error']> }) {
  if (error.code === 'stopped') return <Stopped>{texts.message.stopped}</Stopped>;
  return (
    <Failed>
      {error.message} <small>{texts.message.failedWith(error.code)}</small>
    </Failed>
  );
}

/** Only who asked may stop the answer. */
function StopButton({ channel, message }: { channel: string; message: Message }) {
  const you = useRoom(channel, (state) => state.you);
  const question = useMessage(channel, message.parentId);
  if (question?.sender !== you) return null;
  const stop = async (): Promise<void> => {
    if (!(await stopThinking(channel, message.commentId))) notify(texts.message.stopFailed);
  };
  return (
    <Button size="small" startIcon={<StopIcon />} onClick={() => void stop()} sx={{ mt: 0.5, ml: -0.5 }}>
      {texts.message.stop}
    </Button>
  );
}

// A message of mine that the hub has not acknowledged: on its way, or not sent and never lost.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { Words } from '@/components/words';
import { dispatch, useRoom } from '@/lib/channel/rooms';
import { speakAgain } from '@/lib/channel/speak';
import type { Outgoing } from '@/lib/channel/state';
import { takeBack } from '@/lib/drafts';
import { useConnection } from '@/lib/hub';
import { texts } from '@/lib/texts';
import { Line } from './line';
import { Quote } from './quote';

const Faint = styled('div')({ opacity: 0.75 });
const Waits = styled('div')(({ theme }) => ({
  fontSize: '0.85rem',
  color: (theme.vars ?? theme).palette.text.secondary,
}));
const NotSent = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: theme.spacing(0.5, 1),
  fontSize: '0.88rem',
  color: (theme.vars ?? theme).palette.error.main,
}));

interface OutgoingRowProps {
  readonly channel: string;
  readonly outgoing: Outgoing;
  readonly grouped: boolean;
  readonly quotes: boolean;
  readonly onJump: (first: number) => void;
}

export function OutgoingRow({ channel, outgoing, grouped, quotes, onJump }: OutgoingRowProps) {
  const { clientId, text, parentId, sentAt, failure } = outgoing;
  const you = useRoom(channel, (state) => state.you);
  const online = useConnection((store) => store.state === 'online');
  const edit = (): void => {
    takeBack(channel, text);
    dispatch(channel, { type: 'discarded', clientId });
  };
  return (
    <Line
      sender={you}
      sentAt={sentAt}
      grouped={grouped}
      quote={quotes && parentId !== null && <Quote channel={channel} parentId={parentId} onJump={onJump} />}
    >
      <Faint>
        <Words text={text} />
      </Faint>
      {failure === null && !online && <Waits>{texts.message.waits}</Waits>}
      {failure !== null && (
        <NotSent role="alert">
          <span>
            <strong>{texts.message.notSent}</strong> {failure.message}
          </span>
          <Button size="small" onClick={() => speakAgain(channel, clientId)}>
            {texts.message.tryAgain}
          </Button>
          <Button size="small" onClick={edit}>
            {texts.message.takeBack}
          </Button>
        </NotSent>
      )}
    </Line>
  );
}

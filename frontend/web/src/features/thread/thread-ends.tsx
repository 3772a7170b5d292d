// What stands above the oldest row and below the newest one.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { Hen } from '@/components/hen';
import { useRoom } from '@/lib/channel/rooms';
import { texts } from '@/lib/texts';
import type { Older } from './use-older';

interface Ends {
  readonly channel: string;
  readonly older: Older;
}

/** The same in every state: a change of height above would move what one reads. */
const ABOVE_PX = 180;

const Above = styled('div')(({ theme }) => ({
  display: 'grid',
  justifyItems: 'center',
  textAlign: 'center',
  gap: theme.spacing(1),
  padding: theme.spacing(3, 3, 1),
  alignContent: 'end',
  minHeight: ABOVE_PX,
  color: (theme.vars ?? theme).palette.text.secondary,
}));

export function ThreadStart({ context }: { context?: unknown }) {
  const { channel, older } = context as Ends;
  if (older.state === 'complete') return <Beginning channel={channel} />;
  return (
    <Above>
      {older.state === 'loading' && texts.channel.loadingOlder}
      {older.state === 'failed' && (
        <>
          {texts.channel.olderFailed}
          <Button onClick={older.load}>{texts.channel.loadOlder}</Button>
        </>
      )}
      {older.state === 'idle' && <Button onClick={older.load}>{texts.channel.loadOlder}</Button>}
    </Above>
  );
}

function Beginning({ channel }: { channel: string }) {
  const card = useRoom(channel, (state) => state.card);
  const empty = useRoom(channel, (state) => state.order.length === 0 && state.outgoing.length === 0);
  return (
    <Above>
      <Hen size={52} />
      <Typography>{texts.channel.beginning(channel)}</Typography>
      {card !== null && card.description !== '' && (
        <Typography variant="body2">{card.description}</Typography>
      )}
      {empty && (
        <Typography variant="body2">
          {texts.channel.empty} {texts.channel.emptyHint}
        </Typography>
      )}
    </Above>
  );
}

const Below = styled('div')({ height: 20 });

export function ThreadEnd() {
  return <Below />;
}

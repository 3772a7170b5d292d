// Who is writing just now.
import { styled } from '@mui/material/styles';
import { useRoom } from '@/lib/channel/rooms';
import { useNow } from '@/lib/now';
import { texts } from '@/lib/texts';

/** Who writes says so every three seconds. */
const BELIEVED_MS = 5_000;

const Line = styled('div')(({ theme }) => ({
  height: 22,
  maxWidth: '50rem',
  width: '100%',
  margin: '0 auto',
  padding: theme.spacing(0, 3),
  fontSize: '0.82rem',
  color: (theme.vars ?? theme).palette.text.secondary,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
}));

export function WhoWrites({ channel }: { channel: string }) {
  const typing = useRoom(channel, (state) => state.typing);
  const you = useRoom(channel, (state) => state.you);
  const now = useNow(1_000);
  const names = [...typing]
    .filter(([name, at]) => name !== you && now - at < BELIEVED_MS)
    .map(([name]) => name);
  return <Line>{names.length > 0 && texts.channel.writes(names)}</Line>;
}

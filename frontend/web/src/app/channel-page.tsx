// One channel: its name, the bots' sleep, the thread, and the place to write.
import CircularProgress from '@mui/material/CircularProgress';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { NotFound } from '@/app/not-found';
import { MenuIcon } from '@/components/icons';
import { Middle } from '@/components/middle';
import { AsleepBanner } from '@/features/bots/asleep-banner';
import { Composer } from '@/features/composer/composer';
import { Thread } from '@/features/thread/thread';
import { WhoWrites } from '@/features/thread/who-writes';
import { useRoom } from '@/lib/channel/rooms';
import { isClosed } from '@/lib/channel/state';
import { visit } from '@/lib/channel/visit';
import { texts } from '@/lib/texts';

const Top = styled('header')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1.5),
  minHeight: 60,
  padding: theme.spacing(1, 2.5),
  borderBottom: `1px solid ${(theme.vars ?? theme).palette.divider}`,
  [theme.breakpoints.down('md')]: { padding: theme.spacing(0.5, 1) },
}));
const Menu = styled(IconButton)(({ theme }) => ({ [theme.breakpoints.up('md')]: { display: 'none' } }));
const Names = styled('div')({ minWidth: 0, flex: 1 });
const Foot = styled('div')({ padding: '0 12px max(12px, env(safe-area-inset-bottom))' });

export function ChannelPage({ channel, onMenu }: { channel: string; onMenu: () => void }) {
  useEffect(() => visit(channel), [channel]);
  useEffect(() => {
    document.title = `c/${channel} · ${texts.name}`;
  }, [channel]);
  const joined = useRoom(channel, (state) => state.joined);
  const problem = useRoom(channel, (state) => state.problem);
  if (problem !== null && isClosed(problem)) {
    return (
      <NotFound what={problem.code === 'forbidden' ? problem.message : texts.channel.unknown(channel)} />
    );
  }
  return (
    <>
      <TopBar channel={channel} onMenu={onMenu} />
      {joined && <AsleepBanner channel={channel} />}
      {joined ? <Thread channel={channel} /> : <Opening failed={problem !== null} />}
      <WhoWrites channel={channel} />
      <Foot>
        <Composer channel={channel} />
      </Foot>
    </>
  );
}

function TopBar({ channel, onMenu }: { channel: string; onMenu: () => void }) {
  const card = useRoom(channel, (state) => state.card);
  const people = useRoom(channel, (state) => state.present.length);
  return (
    <Top>
      <Menu edge="start" aria-label={texts.around.menu} onClick={onMenu}>
        <MenuIcon />
      </Menu>
      <Names>
        <Typography variant="h1" noWrap>
          {card?.title || channel}
        </Typography>
        <Typography variant="body2" color="textSecondary" noWrap>
          {card?.description || `c/${channel}`}
        </Typography>
      </Names>
      {people > 0 && (
        <Typography variant="body2" color="textSecondary" noWrap>
          {texts.around.people(people)}
        </Typography>
      )}
    </Top>
  );
}

function Opening({ failed }: { failed: boolean }) {
  return (
    <Middle role="status" sx={{ minHeight: 0 }}>
      {failed ? (
        <>
          <Typography>{texts.channel.failed}</Typography>
          <Typography color="textSecondary">{texts.channel.tryingAgain}</Typography>
        </>
      ) : (
        <CircularProgress aria-label={texts.channel.opening} />
      )}
    </Middle>
  );
}

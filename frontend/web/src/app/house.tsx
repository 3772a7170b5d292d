// Inside: connected to the hub, the rooms at the side, one channel in the middle.
import Drawer from '@mui/material/Drawer';
import { styled } from '@mui/material/styles';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ChannelPage } from '@/app/channel-page';
import { NotFound } from '@/app/not-found';
import { Sidebar } from '@/app/sidebar';
import type { Session } from '@/contracts/generated';
import { ConnectionBanner } from '@/features/connection/connection-banner';
import { setBots } from '@/lib/bots';
import { forgetRooms } from '@/lib/channel/rooms';
import { forgetVotes } from '@/lib/channel/wishes';
import { forgetDrafts } from '@/lib/drafts';
import { connectHub, listen, useConnection } from '@/lib/hub';
import { texts } from '@/lib/texts';

const HOME = 'CoopAndPabloPlayHouse';
const SIDE_PX = 280;

const Walls = styled('div')({ display: 'flex', height: '100dvh' });
const Side = styled('div')(({ theme }) => ({
  width: SIDE_PX,
  flexShrink: 0,
  borderInlineEnd: `1px solid ${(theme.vars ?? theme).palette.divider}`,
  [theme.breakpoints.down('md')]: { display: 'none' },
}));
const Room = styled('main')({ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' });

export function House({ session }: { session: Session }) {
  const connected = useConnection((store) => store.state !== 'none');
  useEffect(() => {
    const disconnect = connectHub();
    return () => {
      disconnect();
      // Who leaves takes nothing of it along.
      forgetRooms();
      forgetDrafts();
      forgetVotes();
    };
  }, []);
  return connected && <Rooms session={session} />;
}

function Rooms({ session }: { session: Session }) {
  const [drawer, setDrawer] = useState(false);
  useEffect(() => listen({ BotStatus: ({ bots }) => setBots(bots) }), []);
  const close = (): void => setDrawer(false);
  const sidebar = <Sidebar session={session} onGo={close} />;
  return (
    <Walls>
      <Side>{sidebar}</Side>
      <Drawer
        open={drawer}
        onClose={close}
        slotProps={{ paper: { 'aria-label': texts.around.menu, sx: { width: SIDE_PX, maxWidth: '86vw' } } }}
      >
        {sidebar}
      </Drawer>
      <Room>
        <ConnectionBanner />
        <Switch>
          <Route path="/">
            <Redirect to={`/c/${HOME}`} replace />
          </Route>
          <Route path="/c/:channel">
            {({ channel }) => <ChannelPage key={channel} channel={channel} onMenu={() => setDrawer(true)} />}
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Room>
    </Walls>
  );
}

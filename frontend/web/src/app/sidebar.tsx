// The side of the house: channels, bots, who is here, and oneself.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { useRoute } from 'wouter';
import { Hen } from '@/components/hen';
import { LeaveIcon } from '@/components/icons';
import type { Session } from '@/contracts/generated';
import { AccountButton } from '@/features/account/account-button';
import { ThemeButton } from '@/features/appearance/theme-button';
import { BotList } from '@/features/bots/bot-list';
import { ChannelList } from '@/features/channels/channel-list';
import { PeopleHere } from '@/features/people/people-here';
import { logOut } from '@/lib/api';
import { notify } from '@/lib/notices';
import { leave } from '@/lib/session';
import { texts } from '@/lib/texts';

const Column = styled('nav')({ height: '100%', display: 'flex', flexDirection: 'column' });
const Sign = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1.5),
  padding: theme.spacing(2, 2, 1),
  fontFamily: theme.typography.h1.fontFamily,
  fontSize: '1.08rem',
  fontWeight: 650,
  lineHeight: 1.15,
}));
const Shelves = styled('div')(({ theme }) => ({
  flex: 1,
  overflowY: 'auto',
  padding: theme.spacing(0, 1, 2),
}));
const Title = styled('h2')(({ theme }) => ({
  margin: theme.spacing(2.5, 1.5, 0.75),
  fontSize: '0.82rem',
  fontWeight: 650,
  color: (theme.vars ?? theme).palette.text.secondary,
}));
const Foot = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1),
  padding: theme.spacing(1, 1, 1, 1.5),
  borderTop: `1px solid ${(theme.vars ?? theme).palette.divider}`,
}));

export function Sidebar({ session, onGo }: { session: Session; onGo: () => void }) {
  const [, here] = useRoute('/c/:channel');
  return (
    <Column aria-label={texts.around.channels}>
      <Sign>
        <Hen size={40} />
        {texts.name}
      </Sign>
      <Shelves>
        <Shelf title={texts.around.channels}>
          <ChannelList onGo={onGo} />
        </Shelf>
        <Shelf title={texts.around.bots}>
          <BotList />
        </Shelf>
        {here?.channel !== undefined && (
          <Shelf title={texts.around.here}>
            <PeopleHere channel={here.channel} />
          </Shelf>
        )}
      </Shelves>
      <Foot>
        <AccountButton session={session} />
        <ThemeButton />
        <LogOutButton />
      </Foot>
    </Column>
  );
}

function Shelf({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <Title>{title}</Title>
      {children}
    </>
  );
}

function LogOutButton() {
  return (
    <IconButton title={texts.around.logOut} aria-label={texts.around.logOut} onClick={goOut}>
      <LeaveIcon />
    </IconButton>
  );
}

/** The cookies are the hub's to take back, so without its answer one is still logged in. */
function goOut(): void {
  logOut().then(
    () => leave(),
    (error: unknown) => notify(error instanceof Error ? error.message : texts.failure.unknown),
  );
}

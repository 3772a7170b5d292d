// Oneself: the face and the name, and behind them what one can decide about the account.
import ButtonBase from '@mui/material/ButtonBase';
import Popover from '@mui/material/Popover';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { Face } from '@/components/face';
import { Unseen } from '@/components/unseen';
import type { Session } from '@/contracts/generated';
import { texts } from '@/lib/texts';
import { SharingSwitch } from './sharing-switch';

const Me = styled(ButtonBase)(({ theme }) => ({
  flex: 1,
  minWidth: 0,
  gap: theme.spacing(1),
  justifyContent: 'flex-start',
  padding: theme.spacing(0.5),
  borderRadius: 10,
  fontFamily: 'inherit',
  fontSize: 'inherit',
  textAlign: 'start',
  '&:hover': { background: (theme.vars ?? theme).palette.raised },
}));
const Name = styled('span')(({ theme }) => ({
  minWidth: 0,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  fontWeight: 600,
  '& small': { display: 'block', fontWeight: 450, color: (theme.vars ?? theme).palette.text.secondary },
}));

export function AccountButton({ session }: { session: Session }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Me
        title={session.name}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <Face name={session.name} size={32} />
        <Name>
          {session.name} <Unseen>{texts.account.open}</Unseen>
          {session.isGuest && <small>{texts.around.guest}</small>}
        </Name>
      </Me>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'top', horizontal: 'left' }}
        transformOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        // Inside the landmark of the page.
        disablePortal
        slotProps={{
          paper: {
            role: 'dialog',
            'aria-label': texts.account.title,
            sx: { p: 2, width: '21rem', border: 1, borderColor: 'divider' },
          },
        }}
      >
        <SharingSwitch session={session} />
      </Popover>
    </>
  );
}

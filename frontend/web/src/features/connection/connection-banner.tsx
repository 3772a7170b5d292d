// Says that the connection is being made or was lost; silent while all is well.
import { styled } from '@mui/material/styles';
import { useEffect, useState } from 'react';
import { useConnection } from '@/lib/hub';
import { texts } from '@/lib/texts';

/** Shorter interruptions are nobody's concern. */
const QUIET_MS = 700;

const Strip = styled('div')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    padding: theme.spacing(0.6, 2),
    textAlign: 'center',
    fontSize: '0.88rem',
    fontWeight: 550,
    background: palette.mention,
    color: palette.text.primary,
  };
});

export function ConnectionBanner() {
  const state = useConnection((store) => store.state);
  return (
    <div role="status">
      {state !== 'online' && state !== 'none' && <Late key={state}>{texts.connection[state]}</Late>}
    </div>
  );
}

function Late({ children }: { children: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return late && <Strip>{children}</Strip>;
}

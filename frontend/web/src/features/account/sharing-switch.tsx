// Whether bots may learn from what one writes: off until one says so, and never for guests.
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { Session } from '@/contracts/generated';
import { texts } from '@/lib/texts';
import { useSharing } from './sharing';

export function SharingSwitch({ session }: { session: Session }) {
  const { shares, change } = useSharing(session);
  const explanation = useId();
  return (
    <>
      <FormControlLabel
        label={texts.account.sharing}
        disabled={shares === null}
        control={
          <Switch
            checked={shares === true}
            onChange={(_event, wish) => void change(wish)}
            slotProps={{ input: { role: 'switch', 'aria-describedby': explanation } }}
          />
        }
        sx={{ gap: 0.5 }}
      />
      <Typography id={explanation} variant="body2" color="textSecondary" sx={{ mt: 1 }}>
        {session.isGuest ? texts.account.guests : texts.account.sharingExplained}
      </Typography>
    </>
  );
}

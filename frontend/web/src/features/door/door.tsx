// The way in: log in, register, or come as a guest.
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import { styled } from '@mui/material/styles';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Hen } from '@/components/hen';
import { DoorForm, type Way } from './door-form';
import { useDoors } from './doors';
import { signInAddress } from '@/lib/api';
import { useSession } from '@/lib/session';
import { texts } from '@/lib/texts';

const Yard = styled('main')(({ theme }) => ({
  minHeight: '100%',
  maxHeight: '100%',
  overflowY: 'auto',
  display: 'grid',
  alignContent: 'safe center',
  justifyContent: 'center',
  gridTemplateColumns: 'minmax(0, 26rem)',
  gap: theme.spacing(3),
  padding: theme.spacing(3, 2),
}));
const Sign = styled('div')({ display: 'flex', alignItems: 'center', gap: 16 });

const Elsewhere = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: theme.spacing(1),
  marginTop: theme.spacing(2),
}));

export function Door() {
  const [way, setWay] = useState<Way>('logIn');
  const problem = useSession((store) => store.problem);
  const doors = useDoors();
  const ways: readonly Way[] =
    doors?.guests === true ? ['logIn', 'register', 'guest'] : ['logIn', 'register'];
  return (
    <Yard>
      <Sign>
        <Hen size={64} />
        <div>
          <Typography variant="h1" sx={{ fontSize: '1.7rem' }}>
            {texts.name}
          </Typography>
          <Typography color="textSecondary">{texts.tagline}</Typography>
        </div>
      </Sign>
      <Typography color="textSecondary">{texts.door.about}</Typography>
      <Paper variant="outlined" sx={{ p: 3, pt: 1.5, borderRadius: '20px' }}>
        <Tabs
          value={way}
          onChange={(_event, chosen: Way) => setWay(chosen)}
          aria-label={texts.door.ways}
          variant="fullWidth"
        >
          {ways.map((each) => (
            <Tab key={each} value={each} label={texts.door[each]} id={`way-${each}`} aria-controls="way-in" />
          ))}
        </Tabs>
        <div role="tabpanel" id="way-in" aria-labelledby={`way-${way}`}>
          <DoorForm key={way} way={way} hint={problem === null ? undefined : texts.door[problem]} />
        </div>
        {doors !== null && doors.providers.length > 0 && (
          <Elsewhere>
            {doors.providers.map(({ name, title }) => (
              <Button key={name} variant="outlined" href={signInAddress(name)}>
                {texts.door.signInWith(title)}
              </Button>
            ))}
          </Elsewhere>
        )}
      </Paper>
    </Yard>
  );
}

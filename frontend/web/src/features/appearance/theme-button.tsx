// Goes round light, dark and the system's own theme.
import IconButton from '@mui/material/IconButton';
import { useColorScheme } from '@mui/material/styles';
import { MoonIcon, SunIcon, SystemIcon } from '@/components/icons';
import { texts } from '@/lib/texts';

const NEXT = { light: 'dark', dark: 'system', system: 'light' } as const;
const ICON = { light: SunIcon, dark: MoonIcon, system: SystemIcon };

export function ThemeButton() {
  const { mode = 'system', setMode } = useColorScheme();
  const Icon = ICON[mode];
  const label = texts.around.theme(texts.around.themes[mode]);
  return (
    <IconButton title={label} aria-label={label} onClick={() => setMode(NEXT[mode])}>
      <Icon />
    </IconButton>
  );
}

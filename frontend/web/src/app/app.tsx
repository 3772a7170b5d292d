// The page as a whole: its look, and either the door or the house.
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { lazy, Suspense } from 'react';
import { Checking } from '@/app/checking';
import { ErrorScreen } from '@/app/error-screen';
import { House } from '@/app/house';
import { theme } from '@/app/theme';
import { prepareMarkdown } from '@/components/words';
import { Notices } from '@/features/notices/notices';
import { useSession } from '@/lib/session';

const Door = lazy(() => import('@/features/door/door').then((file) => ({ default: file.Door })));

prepareMarkdown();

export function App() {
  const session = useSession((store) => store.session);
  const checking = useSession((store) => store.checking);
  return (
    <ThemeProvider theme={theme} defaultMode="system">
      <CssBaseline enableColorScheme />
      <ErrorScreen>
        <Suspense>
          {checking ? (
            <Checking />
          ) : session === null ? (
            <Door />
          ) : (
            <House key={session.name} session={session} />
          )}
        </Suspense>
        <Notices />
      </ErrorScreen>
    </ThemeProvider>
  );
}

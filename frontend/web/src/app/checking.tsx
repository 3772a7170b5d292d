// While the hub is asked who this browser is: nothing at first, for it answers at once when all is well.
import { useEffect, useState } from 'react';
import { Middle } from '@/components/middle';
import { texts } from '@/lib/texts';

const QUIET_MS = 700;

export function Checking() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return <div role="status">{late && <Middle>{texts.connection.connecting}</Middle>}</div>;
}

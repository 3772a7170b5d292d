// Counts what came in below while one was reading further up.
import { useState } from 'react';

/** How many rows came below since the bottom was last seen. */
export function useUnseen(count: number, atBottom: boolean): number {
  const [seen, setSeen] = useState(count);
  if (atBottom && seen !== count) setSeen(count);
  return Math.max(0, count - seen);
}

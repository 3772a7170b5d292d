// Goes to a message and shows where it is.
import { useEffect, useState, type RefObject } from 'react';
import type { VirtuosoHandle } from 'react-virtuoso';
import { firstOf } from '@/lib/channel/answers';
import type { Row } from './rows';

const FLASH_MS = 1_600;

/** Brings a message, by its id or that of the first answer, into view and lights it up for a moment. */
export function useJump(
  rows: readonly Row[],
  list: RefObject<VirtuosoHandle | null>,
  release: () => void,
): [string | null, (commentId: number) => void] {
  const [flashing, setFlashing] = useState<string | null>(null);
  useEffect(() => {
    if (flashing === null) return;
    const timer = setTimeout(() => setFlashing(null), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flashing]);
  const jump = (first: number): void => {
    const index = rows.findIndex((row) => row.kind === 'message' && firstOf(row.message) === first);
    const row = rows[index];
    if (row === undefined) return;
    release();
    list.current?.scrollToIndex({ index, align: 'center' });
    setFlashing(row.key);
  };
  return [flashing, jump];
}

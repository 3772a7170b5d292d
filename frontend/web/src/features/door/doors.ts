// The ways in that the hub leaves open; null until it has said so.
import { useEffect, useState } from 'react';
import type { Doors } from '@/contracts/generated';
import { getDoors } from '@/lib/api';

/** Without an answer, the usual ways: whoever tries one hears from the hub itself. */
const USUAL: Doors = { guests: true, providers: [] };

export function useDoors(): Doors | null {
  const [doors, setDoors] = useState<Doors | null>(null);
  useEffect(() => {
    let left = false;
    getDoors().then(
      (known) => !left && setDoors(known),
      () => !left && setDoors(USUAL),
    );
    return () => {
      left = true;
    };
  }, []);
  return doors;
}

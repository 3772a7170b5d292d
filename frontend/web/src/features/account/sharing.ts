// What the hub holds of my agreement; null while it is not known, and for guests.
import { useEffect, useState } from 'react';
import type { AccountCard, Session } from '@/contracts/generated';
import { changeAccount, getAccount } from '@/lib/api';
import { notify } from '@/lib/notices';
import { texts } from '@/lib/texts';

interface Sharing {
  readonly shares: boolean | null;
  readonly change: (wish: boolean) => Promise<void>;
}

export function useSharing({ isGuest }: Session): Sharing {
  const [shares, setShares] = useState<boolean | null>(null);
  useEffect(() => {
    if (isGuest) return;
    let left = false;
    getAccount().then((card) => {
      if (!left) setShares(card.sharesForTraining);
    }, complain);
    return () => {
      left = true;
    };
  }, [isGuest]);

  const change = async (wish: boolean): Promise<void> => {
    // Unknown until the hub has answered, so that nobody sees an agreement that is not kept.
    setShares(null);
    const card = await changeAccount({ sharesForTraining: wish }).catch(complain);
    setShares(card?.sharesForTraining ?? !wish);
  };
  return { shares, change };
}

function complain(error: unknown): undefined | AccountCard {
  notify(error instanceof Error ? error.message : texts.failure.unknown);
  return undefined;
}

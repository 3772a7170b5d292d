// Fetches the changes of a channel that were missed, one question at a time, until none is missing.
import { dispatch, room } from '@/lib/channel/rooms';
import { hasGap } from '@/lib/channel/state';
import { call } from '@/lib/hub';

/** A revision that was overtaken on the way comes by itself; one that was lost does not. */
const GAP_PATIENCE_MS = 500;
const RETRY_MS = 2_000;
/** The most that the hub gives at once. */
const LARGEST_PAGE = 200;

export interface CatchUp {
  /** Ask now for everything after what is held. */
  now: () => Promise<void>;
  /** Ask soon if a change is missing then. */
  ifGap: () => void;
  stop: () => void;
}

export function catchUpOf(channel: string): CatchUp {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let owed = false;
  let stopped = false;

  const now = async (): Promise<void> => {
    if (asking || stopped) return;
    asking = true;
    owed = !(await fetchMissed(channel));
    asking = false;
    if (owed) plan(RETRY_MS);
    else ifGap();
  };
  const plan = (waitMs: number): void => {
    if (timer !== undefined || stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (owed || hasGap(room(channel))) void now();
    }, waitMs);
  };
  const ifGap = (): void => {
    if (hasGap(room(channel))) plan(GAP_PATIENCE_MS);
  };
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
  };
  return { now, ifGap, stop };
}

/** Whether the hub answered. */
async function fetchMissed(channel: string): Promise<boolean> {
  const after = room(channel).contiguous;
  const page = await call('GetMessagesForChannel', { channel, after, limit: LARGEST_PAGE });
  if (!page.ok) return false;
  if (!page.hasMore) {
    dispatch(channel, { type: 'caughtUp', page });
    return true;
  }
  const newest = await call('GetMessagesForChannel', { channel });
  if (newest.ok) dispatch(channel, { type: 'fresh', page: newest });
  return newest.ok;
}

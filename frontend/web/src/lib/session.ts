// Who is logged in. The tokens are in cookies that no script can read; this browser remembers the name alone.
import { create } from 'zustand';
import type { Session } from '@/contracts/generated';
import { ApiError, send } from '@/lib/http';

const KEPT_AS = 'playhouse.name';
/** The access token is renewed so long before its end. */
const EARLY_MS = 60_000;
/** The two clocks may differ: neither too often nor never. */
const SOONEST_MS = 30_000;
const LATEST_MS = 14 * 60_000;
const TRY_AGAIN_MS = 2_000;

interface SessionStore {
  readonly session: Session | null;
  /** Whether the hub is being asked who this browser is. */
  readonly checking: boolean;
  /** Why somebody stands at the door who did not mean to. */
  readonly problem: 'expired' | 'signInFailed' | null;
}

const OUTSIDE: SessionStore = { session: null, checking: false, problem: null };

export const useSession = create<SessionStore>()(() => OUTSIDE);

let renewal: ReturnType<typeof setTimeout> | undefined;
let refreshing: Promise<boolean> | null = null;

export function enter(session: Session): void {
  localStorage.setItem(KEPT_AS, session.name);
  useSession.setState({ session, checking: false, problem: null });
  const left = session.expiresAt - Date.now() - EARLY_MS;
  renewIn(Math.min(Math.max(left, SOONEST_MS), LATEST_MS));
}

export function leave(problem: SessionStore['problem'] = null): void {
  clearTimeout(renewal);
  localStorage.removeItem(KEPT_AS);
  useSession.setState({ ...OUTSIDE, problem });
}

/** Renew the tokens; whether there is still a session. Throws ApiError when the hub cannot say. */
export function refresh(): Promise<boolean> {
  refreshing ??= renewed().finally(() => (refreshing = null));
  return refreshing;
}

/** When the page starts: who was here, or comes from a provider's page, is let in without a word. */
export function comeBack(): void {
  const arrival = location.hash;
  if (arrival === '#signed-in' || arrival === '#sign-in-failed') {
    history.replaceState(null, '', location.pathname + location.search);
  }
  window.addEventListener('storage', onOtherTab);
  if (arrival === '#sign-in-failed') {
    useSession.setState({ problem: 'signInFailed' });
  }
  if (arrival === '#signed-in' || localStorage.getItem(KEPT_AS) !== null) {
    useSession.setState({ checking: true });
    void untilKnown();
  }
}

async function untilKnown(): Promise<void> {
  try {
    await refresh();
  } catch {
    setTimeout(() => void untilKnown(), TRY_AGAIN_MS);
  }
}

async function renewed(): Promise<boolean> {
  try {
    enter(await send<Session>('POST', '/api/sessions/refresh', {}));
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'unauthorized') throw error;
    leave('expired');
    return false;
  }
}

function renewIn(delayMs: number): void {
  clearTimeout(renewal);
  renewal = setTimeout(() => void refresh().catch(() => renewIn(SOONEST_MS)), delayMs);
}

/** All tabs of a browser share the cookies, so they are one and the same person. */
function onOtherTab({ key, newValue }: StorageEvent): void {
  if (key !== KEPT_AS) return;
  if (newValue === null) leave();
  else if (newValue !== useSession.getState().session?.name) void untilKnown();
}

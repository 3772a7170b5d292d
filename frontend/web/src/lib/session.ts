// Who is logged in: the token and the name, kept in this browser.
import { create } from 'zustand';
import type { Session } from '@/contracts/generated';

const KEPT_AS = 'playhouse.session';

interface SessionStore {
  readonly session: Session | null;
  /** Whether the hub refused the token of the last session. */
  readonly expired: boolean;
}

function kept(): Session | null {
  const text = localStorage.getItem(KEPT_AS);
  if (text === null) return null;
  try {
    const session = JSON.parse(text) as Session;
    return session.expiresAt > Date.now() ? session : null;
  } catch {
    return null;
  }
}

export const useSession = create<SessionStore>()(() => ({ session: kept(), expired: false }));

export function enter(session: Session): void {
  localStorage.setItem(KEPT_AS, JSON.stringify(session));
  useSession.setState({ session, expired: false });
}

export function leave(expired = false): void {
  localStorage.removeItem(KEPT_AS);
  useSession.setState({ session: null, expired });
}

// Coming back: the name is all that the browser remembers, and the hub says whether it is still true.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeAccount, logOut } from '@/lib/api';
import { comeBack, enter, leave, useSession } from '@/lib/session';
import { golden } from './golden';
import { SmallHub } from './server';

const session = { ...golden('Session'), name: 'ada', expiresAt: Date.now() + 900_000 };
const UNAUTHORIZED = { code: 'unauthorized', detail: 'Please log in again.' };

let hub: SmallHub;

beforeEach(async () => {
  hub = new SmallHub();
  await hub.start();
});

afterEach(async () => {
  leave();
  location.hash = '';
  await hub.stop();
});

test('who was here is let in again, and nothing but the name was kept', async () => {
  enter(session);
  expect({ ...localStorage }).toEqual({ 'playhouse.name': 'ada' });
  useSession.setState({ session: null });
  hub.reply('POST /api/sessions/refresh', 200, session);
  comeBack();
  expect(useSession.getState().checking).toBe(true);
  await vi.waitFor(() => expect(useSession.getState()).toEqual({ session, checking: false, problem: null }));
});

test('who was never here is not asked about', () => {
  comeBack();
  expect(useSession.getState().checking).toBe(false);
  expect(hub.heard('POST /api/sessions/refresh')).toEqual([]);
});

test('who comes from a provider is let in, and the address says nothing of it', async () => {
  location.hash = '#signed-in';
  hub.reply('POST /api/sessions/refresh', 200, session);
  comeBack();
  expect(location.hash).toBe('');
  await vi.waitFor(() => expect(useSession.getState().session?.name).toBe('ada'));
});

test('who was refused by a provider reads so at the door', () => {
  location.hash = '#sign-in-failed';
  comeBack();
  expect(useSession.getState()).toEqual({ session: null, checking: false, problem: 'signInFailed' });
});

test('a call whose token has run out is made once more with a new one', async () => {
  enter(session);
  hub.reply('PATCH /api/account', 401, UNAUTHORIZED);
  hub.reply('POST /api/sessions/refresh', 200, session);
  const both = [changeAccount({ sharesForTraining: true }), changeAccount({ sharesForTraining: false })];
  await Promise.allSettled(both);
  expect(hub.heard('PATCH /api/account')).toHaveLength(4);
  expect(hub.heard('POST /api/sessions/refresh')).toHaveLength(1);
  expect(useSession.getState().session?.name).toBe('ada');
});

test('a call after the session has ended leads to the door', async () => {
  enter(session);
  hub.reply('DELETE /api/sessions/current', 401, UNAUTHORIZED);
  hub.reply('POST /api/sessions/refresh', 401, UNAUTHORIZED);
  await expect(logOut()).rejects.toThrow('Please log in again.');
  expect(useSession.getState()).toEqual({ session: null, checking: false, problem: 'expired' });
});

test('logging out in another tab logs out here', () => {
  comeBack();
  enter(session);
  window.dispatchEvent(new StorageEvent('storage', { key: 'playhouse.name', newValue: null }));
  expect(useSession.getState().session).toBeNull();
});

test('logging in as somebody else in another tab changes who one is here', async () => {
  comeBack();
  enter(session);
  hub.reply('POST /api/sessions/refresh', 200, { ...session, name: 'bob' });
  window.dispatchEvent(new StorageEvent('storage', { key: 'playhouse.name', newValue: 'bob' }));
  await vi.waitFor(() => expect(useSession.getState().session?.name).toBe('bob'));
});

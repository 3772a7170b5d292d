// The way in: what is wrong is said in a sentence, what was typed stays, and who comes in is remembered.
import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Door } from '@/features/door/door';
import { leave, useSession } from '@/lib/session';
import { golden } from './golden';
import { SmallHub } from './server';

let hub: SmallHub;

beforeEach(async () => {
  leave();
  hub = new SmallHub();
  await hub.start();
  render(<Door />);
});

afterEach(() => hub.stop());

const session = { ...golden('Session'), name: 'ada', expiresAt: Date.now() + 60_000 };

test('logging in opens the house', async () => {
  hub.reply('POST /api/sessions', 201, session);
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'ada');
  await userEvent.type(screen.getByLabelText(/Password/), 'correct horse{Enter}');
  await expect.poll(() => useSession.getState().session).toEqual(session);
  expect(hub.heard('POST /api/sessions')).toEqual([
    { name: 'ada', password: 'correct horse', keep: 'cookie' },
  ]);
  expect({ ...localStorage }).toEqual({ 'playhouse.name': 'ada' });
});

test('a wrong password is said in the hub’s words and the name stays', async () => {
  hub.reply('POST /api/sessions', 401, { code: 'invalid_credentials', detail: 'Name or password is wrong.' });
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'ada');
  await userEvent.type(screen.getByLabelText(/Password/), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Name or password is wrong.');
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('ada');
});

test('a name or password that cannot be is refused before it is sent', async () => {
  await userEvent.click(screen.getByRole('tab', { name: 'Register' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'a b{Enter}');
  expect(screen.getByRole('alert')).toHaveTextContent('A name has 2 to 32');
  await userEvent.clear(screen.getByRole('textbox', { name: 'Name' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'ada');
  await userEvent.type(screen.getByLabelText(/Password/), 'short{Enter}');
  expect(screen.getByRole('alert')).toHaveTextContent('at least 8 characters');
});

test('a guest needs a name alone', async () => {
  hub.reply('POST /api/guests', 201, { ...session, isGuest: true });
  await userEvent.click(await screen.findByRole('tab', { name: 'Guest' }));
  expect(screen.queryByLabelText(/Password/)).toBeNull();
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'ada{Enter}');
  await expect.poll(() => useSession.getState().session?.isGuest).toBe(true);
});

test('a hub that does not answer is said kindly', async () => {
  await hub.stop();
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'ada');
  await userEvent.type(screen.getByLabelText(/Password/), 'correct horse{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('The playhouse does not answer.');
});

test('a house without guests has no door for them, and other doors are shown', async () => {
  cleanup();
  hub.reply('GET /api/doors', 200, { guests: false, providers: [{ name: 'github', title: 'GitHub' }] });
  render(<Door />);
  expect(await screen.findByRole('link', { name: 'Sign in with GitHub' })).toHaveAttribute(
    'href',
    '/api/oauth/github/start?to=%2F',
  );
  expect(screen.queryByRole('tab', { name: 'Guest' })).toBeNull();
});

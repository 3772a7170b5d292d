// Whether bots may learn from what one writes: asked of the hub, changed by nobody but oneself.
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AccountButton } from '@/features/account/account-button';
import { Notices } from '@/features/notices/notices';
import { golden } from './golden';
import { SmallHub } from './server';

let hub: SmallHub;

beforeEach(async () => {
  hub = new SmallHub();
  await hub.start();
});

afterEach(() => hub.stop());

const card = { ...golden('AccountCard'), sharesForTraining: false };

async function open(isGuest = false): Promise<HTMLElement> {
  render(
    <>
      <AccountButton session={{ ...golden('Session'), name: 'ada', isGuest }} />
      <Notices />
    </>,
  );
  await userEvent.click(screen.getByRole('button', { name: /^ada your account/ }));
  return screen.getByRole('switch', { name: 'Let bots learn from what I write' });
}

test('it is off until one switches it on, and then the hub has it', async () => {
  hub.reply('GET /api/account', 200, card);
  hub.reply('PATCH /api/account', 200, { ...card, sharesForTraining: true });
  const toggle = await open();
  await expect.poll(() => toggle.hasAttribute('disabled')).toBe(false);
  expect(toggle).not.toBeChecked();
  await userEvent.click(toggle);
  await expect.poll(() => hub.heard('PATCH /api/account')).toEqual([{ sharesForTraining: true }]);
  await expect.poll(() => toggle.matches(':checked:enabled')).toBe(true);
});

test('what the hub refuses is said, and the switch stays where it was', async () => {
  hub.reply('GET /api/account', 200, { ...card, sharesForTraining: true });
  hub.reply('PATCH /api/account', 503, { code: 'storage_unavailable', detail: 'Not now.' });
  const toggle = await open();
  await expect.poll(() => toggle.matches(':checked:enabled')).toBe(true);
  await userEvent.click(toggle);
  expect(await screen.findByText('Not now.')).toBeVisible();
  await expect.poll(() => toggle.matches(':checked:enabled')).toBe(true);
});

test('a guest reads why it cannot be switched on', async () => {
  const toggle = await open(true);
  expect(toggle).toBeDisabled();
  expect(toggle).toHaveAccessibleDescription(/Only an account can agree/);
  expect(hub.heard('GET /api/account')).toEqual([]);
});

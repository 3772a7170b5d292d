// How each bot is, in the list at the side and where one chooses who answers.
import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { BotStatus } from '@/contracts/generated';
import { BotList } from '@/features/bots/bot-list';
import { BotPicker } from '@/features/composer/bot-picker';
import { setBots } from '@/lib/bots';
import { forgetRooms } from '@/lib/channel/rooms';
import { golden } from './golden';

const [bot] = golden('BotStatuses').bots;

function botIs(state: BotStatus['state'], awake = true): void {
  if (bot !== undefined) setBots([{ ...bot, awake, state }]);
}

const said = { cold: 'awake', warm: 'awake', loading: 'loading its model…', busy: 'busy' } as const;
const states = Object.keys(said) as (keyof typeof said)[];

beforeEach(forgetRooms);

test.each(states)('a bot that is %s says so in the list', (state) => {
  botIs(state);
  render(<BotList />);
  expect(screen.getByRole('listitem')).toHaveTextContent(said[state]);
});

test.each(states)('a sleeping bot sleeps, whatever was last heard: %s', (state) => {
  botIs(state, false);
  render(<BotList />);
  expect(screen.getByRole('listitem')).toHaveTextContent('asleep');
});

test('the list changes with the bot', () => {
  botIs('loading');
  render(<BotList />);
  act(() => botIs('warm'));
  expect(screen.getByRole('listitem')).not.toHaveTextContent('loading');
});

test('where one chooses who answers, its state stands beside what it was raised on', async () => {
  botIs('loading');
  render(<BotPicker channel="CoopsLab" chosen={null} onChoose={() => undefined} />);
  await userEvent.click(screen.getByRole('button', { name: /choose who answers/ }));
  expect(screen.getByRole('menuitemradio', { name: new RegExp(bot?.card.name ?? '') })).toHaveTextContent(
    'raised on r/CoopsLab · loading its model…',
  );
});

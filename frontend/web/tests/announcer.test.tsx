// What a screen reader hears: what others said, once, and a bot's answer when it is whole.
import { act, render, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Message } from '@/contracts/generated';
import { Announcer } from '@/features/thread/announcer';
import { dispatch, forgetRooms } from '@/lib/channel/rooms';
import { golden, message } from './golden';

const CHANNEL = 'CoopAndPabloPlayHouse';
const before = message({ commentId: 5, revision: 1, sender: 'bob', text: 'long ago', isThinking: false });

beforeEach(() => {
  forgetRooms();
  const page = { ...golden('Page'), messages: [before], revision: 1, hasMore: true };
  dispatch(CHANNEL, { type: 'joined', joined: { ...golden('Joined'), you: 'alice', page } });
  render(<Announcer channel={CHANNEL} />);
});

function say(change: Partial<Message>): void {
  const said = message({ commentId: 6, sender: 'bob', isThinking: false, ...change });
  act(() => dispatch(CHANNEL, { type: 'messages', messages: [said] }));
}

const heard = (): string => screen.getByRole('status').textContent;

test('history is no news, what others say is, what I say is not', () => {
  expect(heard()).toBe('');
  say({ revision: 2, text: 'hello' });
  expect(heard()).toBe('bob: hello');
  say({ revision: 3, commentId: 7, sender: 'alice', text: 'mine' });
  expect(heard()).toBe('bob: hello');
});

test('an answer is said when it is whole, not while it grows', () => {
  say({ revision: 2, sender: 'CoopBot', text: 'Hens', isThinking: true });
  expect(heard()).toBe('');
  say({ revision: 3, sender: 'CoopBot', text: 'Hens love you.' });
  expect(heard()).toBe('CoopBot: Hens love you.');
});

test('older pages are no news', () => {
  const page = {
    ...golden('Page'),
    messages: [message({ commentId: 1, revision: 1, sender: 'bob', isThinking: false })],
  };
  act(() => dispatch(CHANNEL, { type: 'older', page }));
  expect(heard()).toBe('');
});

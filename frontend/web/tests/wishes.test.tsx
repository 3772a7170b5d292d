// What one may wish of a message that stands: votes, another answer or an earlier one, its end; and who may not.
import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Message } from '@/contracts/generated';
import { Notices } from '@/features/notices/notices';
import { MessageRow } from '@/features/thread/message-row';
import { dispatch, forgetRooms, room } from '@/lib/channel/rooms';
import { shownMessages } from '@/lib/channel/state';
import { forgetVotes } from '@/lib/channel/wishes';
import { connectHub, useConnection } from '@/lib/hub';
import { enter, leave } from '@/lib/session';
import { golden, message } from './golden';
import { SmallHub } from './server';

const CHANNEL = 'CoopAndPabloPlayHouse';
const question = message({ commentId: 1, sender: 'alice', isBot: false, text: 'Hello?', parentId: null });
const answer = message({ commentId: 2, parentId: 1, text: 'Hello.', up: 3, down: 0 });

let hub: SmallHub;
let disconnect: () => void;

beforeEach(async () => {
  forgetRooms();
  forgetVotes();
  hub = new SmallHub();
  await hub.start();
  disconnect = connectHub();
  await vi.waitUntil(() => useConnection.getState().state === 'online');
});

afterEach(async () => {
  act(() => {
    disconnect();
    leave();
  });
  await hub.stop();
});

/** The last of the answers is drawn. */
function show(first: Message, you: string, isGuest = false, ...later: Message[]): void {
  enter({ ...golden('Session'), name: you, isGuest });
  dispatch(CHANNEL, {
    type: 'joined',
    joined: { ...golden('Joined'), you, page: { ...golden('Page'), messages: [question, first, ...later] } },
  });
  render(
    <>
      <MessageRow
        channel={CHANNEL}
        message={later.at(-1) ?? first}
        grouped={false}
        quotes={false}
        onJump={() => undefined}
      />
      <Notices />
    </>,
  );
}

const about = { channel: CHANNEL, commentId: 2 };

test('a vote is sent, and a second click takes it back', async () => {
  show(answer, 'bob');
  const up = screen.getByRole('button', { name: 'Good: 3' });
  await userEvent.click(up);
  await expect.poll(() => up.getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(screen.getByRole('button', { name: 'Bad: 0' }));
  await expect.poll(() => up.getAttribute('aria-pressed')).toBe('false');
  await userEvent.click(screen.getByRole('button', { name: 'Bad: 0' }));
  await expect
    .poll(() => hub.heard('Vote'))
    .toEqual([
      { ...about, value: 1 },
      { ...about, value: -1 },
      { ...about, value: 0 },
    ]);
});

test('a refused vote is said and does not look like one', async () => {
  hub.refuses = true;
  show(answer, 'bob');
  await userEvent.click(screen.getByRole('button', { name: 'Good: 3' }));
  expect(await screen.findByText('Not now.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Good: 3' })).toHaveAttribute('aria-pressed', 'false');
});

test.each([
  ['guests', answer, 'bob', true],
  ['authors', { ...question, up: 1 }, 'alice', false],
] as const)('%s see the votes and have none', (_who, shown, you, isGuest) => {
  show(shown, you, isGuest);
  expect(screen.getByRole('button', { name: /Good/ })).toBeDisabled();
  expect(screen.getByRole('button', { name: /Bad/ })).toBeDisabled();
});

test('who asked may ask for another answer, also after a failure', async () => {
  show({ ...answer, error: { code: 'bot_failed', message: 'It stumbled.' } }, 'alice');
  await userEvent.click(screen.getByRole('button', { name: 'Another answer' }));
  await expect.poll(() => hub.heard('Regenerate')).toMatchObject([about]);
  expect(screen.queryByRole('button', { name: /Good/ })).toBeNull();
});

const another = message({ commentId: 3, parentId: 1, alternativeOf: 2, text: 'Good day.' });

test.each([
  [
    'who asked chooses what all see by turning over the answers',
    'alice',
    [{ channel: CHANNEL, commentId: 2 }],
  ],
  ['anybody else turns them over alone', 'bob', []],
] as const)('%s', async (_law, you, chosen) => {
  show({ ...answer, shown: 3 }, you, false, another);
  const group = screen.getByRole('group', { name: 'Answers to the same message' });
  expect(group).toHaveTextContent('2 of 2');
  expect(screen.getByRole('button', { name: 'The answer after this one' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: 'The answer before this one' }));
  expect(shownMessages(room(CHANNEL)).map((each) => each.commentId)).toEqual([1, 2]);
  await userEvent.click(screen.getByRole('button', { name: /Good/ }));
  await expect.poll(() => hub.heard('Vote')).toHaveLength(1);
  expect(hub.heard('ChooseAnswer')).toEqual(chosen);
});

test('one answer alone has nothing to turn over', () => {
  show(answer, 'alice');
  expect(screen.queryByRole('group', { name: 'Answers to the same message' })).toBeNull();
});

test.each([true, false])('what was edited says so, also beneath another name (%s)', (grouped) => {
  render(
    <MessageRow
      channel={CHANNEL}
      message={{ ...question, editedAt: 5 }}
      grouped={grouped}
      quotes={false}
      onJump={() => undefined}
    />,
  );
  expect(screen.getByText('edited')).toBeVisible();
});

test('what is mine is deleted at the second click', async () => {
  show(answer, 'alice');
  await userEvent.click(screen.getByRole('button', { name: 'Delete what CoopBot said' }));
  expect(hub.heard('DeleteMessage')).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
  await expect.poll(() => hub.heard('DeleteMessage')).toEqual([about]);
});

test('nobody deletes or asks again for somebody else', () => {
  show(answer, 'bob');
  expect(screen.queryByRole('button', { name: /Delete/ })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Another answer' })).toBeNull();
});

// What stands above each row: the day, the topic, the name, the message that it answers.
import { expect, test } from 'vitest';
import type { Message } from '@/contracts/generated';
import { emptyChannel, reduce } from '@/lib/channel/state';
import { rowsOf, type Row } from '@/features/thread/rows';
import { golden, message } from './golden';

const NOON = Date.UTC(2026, 10, 21, 12);

function rows(...messages: Partial<Message>[]): readonly Row[] {
  const page = {
    ...golden('Page'),
    messages: messages.map((each, n) =>
      message({ commentId: n + 1, parentId: null, sentAt: NOON, topic: 'Hens', ...each }),
    ),
  };
  const joined = { ...golden('Joined'), page };
  return rowsOf(reduce(emptyChannel('CoopAndPabloPlayHouse'), { type: 'joined', joined }));
}

function which(all: readonly Row[], mark: 'startsDay' | 'startsTopic' | 'grouped' | 'quotes'): boolean[] {
  return all.map((row) => row[mark]);
}

test('messages by one sender within five minutes stand under one name', () => {
  const all = rows(
    { sender: 'a' },
    { sender: 'a', sentAt: NOON + 60_000 },
    { sender: 'b' },
    { sender: 'b', sentAt: NOON + 600_000 },
  );
  expect(which(all, 'grouped')).toEqual([false, true, false, false]);
});

test('a topic stands above the first of its messages', () => {
  expect(which(rows({}, {}, { topic: 'Bread' }, { topic: '' }), 'startsTopic')).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('a day stands above its first message', () => {
  expect(which(rows({ sentAt: NOON - 86_400_000 }, {}, {}), 'startsDay')).toEqual([true, true, false]);
});

test('a remark that nobody asked for and that failed has no row', () => {
  const failed = { text: '', error: { code: 'bot_failed', message: 'It stumbled.' } } as const;
  const deletedAt = NOON;
  expect(
    rows({ deletedAt, error: null }, { ...failed, deletedAt: null }, { ...failed, deletedAt }),
  ).toHaveLength(2);
});

test('a reply names its message unless that stands right above', () => {
  expect(which(rows({}, { parentId: 1 }, { parentId: 1 }), 'quotes')).toEqual([false, false, true]);
});

test('while there are older messages the oldest row is held back, so that no row changes when they come', () => {
  const messages = [1, 2, 3].map((n) =>
    message({ commentId: n, parentId: null, sentAt: NOON, topic: 'Hens', sender: 'a' }),
  );
  const newest = { ...golden('Page'), messages: messages.slice(1), hasMore: true };
  const start = reduce(emptyChannel('x'), { type: 'joined', joined: { ...golden('Joined'), page: newest } });
  const older = reduce(start, {
    type: 'older',
    page: { ...newest, messages: messages.slice(0, 1), hasMore: false },
  });
  expect(rowsOf(start)).toEqual([rowsOf(older)[2]]);
});

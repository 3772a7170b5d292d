// The laws of the fold: what a page holds after any sequence of events equals what a fresh load would show.
import { describe, expect, test } from 'vitest';
import type { Joined, Message, Page } from '@/contracts/generated';
import {
  emptyChannel,
  hasGap,
  reduce,
  shownMessages,
  type ChannelEvent,
  type ChannelState,
} from '@/lib/channel/state';
import { golden, message } from './golden';

const CHANNEL = 'CoopAndPabloPlayHouse';

/** Revision by revision: three questions, each with an answer that is thought about and grows. */
const history: readonly Message[] = [1, 2, 3].flatMap((n) => {
  const question = { commentId: n * 10, sender: 'alice', isBot: false, text: `question ${n}` };
  const answer = { commentId: n * 10 + 1, parentId: n * 10, sender: 'CoopBot', isBot: true };
  const first = (n - 1) * 5;
  return [
    message({ ...question, revision: first + 1 }),
    message({ ...answer, text: '', isThinking: true, revision: first + 2 }),
    message({ ...answer, text: 'Hens', isThinking: true, revision: first + 3 }),
    message({ ...answer, text: 'Hens love', isThinking: true, revision: first + 4 }),
    message({ ...answer, text: 'Hens love you.', isThinking: false, revision: first + 5 }),
  ];
});

function pageOf(messages: readonly Message[], hasMore = false): Page {
  const last = new Map(messages.map((each) => [each.commentId, each]));
  return {
    ok: true,
    messages: [...last.values()].toSorted((a, b) => a.commentId - b.commentId),
    hasMore,
    nextCursor: null,
    revision: Math.max(0, ...messages.map((each) => each.revision)),
  };
}

function joinedWith(page: Page): ChannelEvent {
  const joined: Joined = { ...golden('Joined'), page };
  return { type: 'joined', joined };
}

function folded(events: readonly ChannelEvent[], from: ChannelState = emptyChannel(CHANNEL)): ChannelState {
  return events.reduce(reduce, from);
}

function heard(messages: readonly Message[]): ChannelEvent[] {
  return messages.map((each) => ({ type: 'messages', messages: [each] }));
}

/** What is on the screen and what is known of revisions. */
function held(state: ChannelState): unknown {
  return { shown: shownMessages(state), contiguous: state.contiguous, ahead: state.ahead };
}

function ids(state: ChannelState): number[] {
  return shownMessages(state).map((each) => each.commentId);
}

/** One answer to message 10 as it stands from a revision on. */
function change(revision: number, changed: Partial<Message>): ChannelEvent[] {
  return heard([message({ parentId: 10, revision, ...changed })]);
}

/** A fixed row of pseudo-random orders, so that a failure can be seen again. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let random = seed;
  return items
    .map((item) => {
      random = (random * 48_271) % 2_147_483_647;
      return [random, item] as const;
    })
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}

const empty = joinedWith(pageOf([]));
const fresh = folded([joinedWith(pageOf(history))]);

describe('a page folded from live events', () => {
  test('equals the page loaded from history', () => {
    expect(held(folded([empty, ...heard(history)]))).toEqual(held(fresh));
  });

  test.each(Array.from({ length: 50 }, (_, n) => n + 1))(
    'is the same in any order and with any repetition (%i)',
    (seed) => {
      const events = shuffled([...heard(history), ...heard(history), ...heard(history.slice(3, 9))], seed);
      expect(held(folded([empty, ...events]))).toEqual(held(fresh));
    },
  );

  test.each([1, 5, 9, 14])(
    'equals it when the page was read after %i changes and all events come besides',
    (read) => {
      const page = joinedWith(pageOf(history.slice(0, read)));
      const events = heard(history);
      expect(held(folded([...events.slice(0, 4), page, ...events]))).toEqual(held(fresh));
      expect(held(folded([...events, page]))).toEqual(held(fresh));
    },
  );

  test('equals it when several messages came in one broadcast', () => {
    expect(held(folded([empty, { type: 'messages', messages: history }]))).toEqual(held(fresh));
  });

  test('equals it after a catch-up for what was lost, whenever the catch-up comes', () => {
    for (let lost = 0; lost < history.length; lost += 1) {
      const before = history.slice(0, lost);
      const caughtUp: ChannelEvent = { type: 'caughtUp', page: pageOf(history.slice(lost)) };
      const gap = folded([empty, ...heard(before), ...heard(history.slice(lost + 2))]);
      expect(held(folded([caughtUp], gap))).toEqual(held(fresh));
    }
  });

  test('equals it when the channel was left, changed meanwhile, and is loaded afresh', () => {
    const left = folded([empty, ...heard(history.slice(0, 7))]);
    const again = folded([joinedWith(pageOf(history)), { type: 'fresh', page: pageOf(history) }], left);
    expect(held(again)).toEqual(held(fresh));
  });
});

describe('a gap', () => {
  test('is seen when a revision is missing and closes when it arrives', () => {
    const [first, second, third] = heard(history) as [ChannelEvent, ChannelEvent, ChannelEvent];
    const open = folded([empty, first, third]);
    expect(hasGap(open)).toBe(true);
    expect(hasGap(folded([second], open))).toBe(false);
  });

  test('is none when a return finds nothing changed', () => {
    expect(hasGap(folded([joinedWith(pageOf(history)), joinedWith(pageOf(history))]))).toBe(false);
  });

  test('stays open when a return only says that more happened', () => {
    const state = folded([joinedWith(pageOf(history.slice(0, 5))), joinedWith(pageOf(history))]);
    expect(state.contiguous).toBe(5);
  });
});

describe('older pages', () => {
  const newest = pageOf(history.slice(10), true);

  test('come above, and a change of an older message waits until its page is there', () => {
    const edited = message({ commentId: 10, text: 'edited', revision: 16 });
    const before = folded([joinedWith(newest), ...heard([edited])]);
    expect(shownMessages(before).map((each) => each.commentId)).toEqual([30, 31]);
    const after = folded([{ type: 'older', page: pageOf(history.slice(0, 10)) }], before);
    expect(shownMessages(after).map((each) => each.commentId)).toEqual([10, 11, 20, 21, 30, 31]);
    expect(shownMessages(after)[0]?.text).toBe('edited');
    expect(after.prepended).toBe(4);
  });

  test('leave the floor where the page begins while there is more', () => {
    const state = folded([joinedWith(newest), { type: 'older', page: pageOf(history.slice(5, 10), true) }]);
    expect(state.floor).toBe(20);
    expect(folded([{ type: 'older', page: pageOf([]) }], state).floor).toBe(0);
  });
});

describe('several answers to one message', () => {
  const family = [
    message({ commentId: 10, sender: 'alice', isBot: false, revision: 1 }),
    message({ commentId: 11, parentId: 10, revision: 2 }),
    message({ commentId: 20, sender: 'bob', isBot: false, revision: 3 }),
    message({ commentId: 21, parentId: 10, alternativeOf: 11, revision: 4 }),
    message({ commentId: 11, parentId: 10, shown: 21, revision: 5 }),
    message({ commentId: 22, parentId: 10, alternativeOf: 11, revision: 6 }),
    message({ commentId: 11, parentId: 10, shown: 22, revision: 7 }),
  ];
  const whole = joinedWith(pageOf(family));

  test('show one, at the place of the first', () => {
    expect(ids(folded([whole]))).toEqual([10, 22, 20]);
    expect(ids(folded([whole, ...change(8, { commentId: 11, shown: 21 })]))).toEqual([10, 21, 20]);
  });

  test.each(Array.from({ length: 20 }, (_, n) => n + 1))('show the same one in any order (%i)', (seed) => {
    const events = shuffled([...heard(family), ...heard(family)], seed);
    expect(ids(folded([empty, ...events]))).toEqual([10, 22, 20]);
  });

  test('show the one that I look at until another is chosen', () => {
    const looking = folded([whole, { type: 'looked', first: 11, at: 21 }]);
    expect(ids(looking)).toEqual([10, 21, 20]);
    expect(ids(folded(change(8, { commentId: 11, shown: 11 }), looking))).toEqual([10, 11, 20]);
  });

  test('show another one when that was deleted, and the place when all were', () => {
    const one = folded([whole, ...change(8, { commentId: 22, alternativeOf: 11, deletedAt: 1 })]);
    expect(ids(one)).toEqual([10, 21, 20]);
    const none = folded(
      [
        ...change(9, { commentId: 21, alternativeOf: 11, deletedAt: 1 }),
        ...change(10, { commentId: 11, shown: 22, deletedAt: 1 }),
      ],
      one,
    );
    expect(ids(none)).toEqual([10, 11, 20]);
  });

  test('wait for the first one, and count as one row that came above', () => {
    const page = pageOf(family);
    const newest = { ...page, messages: page.messages.slice(2), hasMore: true };
    const before = folded([joinedWith(newest)]);
    expect(ids(before)).toEqual([20]);
    const after = folded([{ type: 'older', page: { ...page, messages: page.messages.slice(0, 2) } }], before);
    expect(ids(after)).toEqual([10, 22, 20]);
    expect(after.prepended).toBe(2);
  });
});

describe('golden messages', () => {
  test('join, broadcast and acknowledgement fold to the same thread', () => {
    const { page } = golden('Joined');
    const posted = golden('Posted');
    const start = folded([joinedWith({ ...page, messages: [], revision: 40 })]);
    const acknowledged = folded([{ type: 'posted', clientId: 'c', posted }], start);
    const broadcast = folded([{ type: 'messages', messages: golden('SendMessages').messages }], start);
    expect(held(acknowledged)).toEqual(held(broadcast));
    expect(held(folded(heard(page.messages), broadcast))).toMatchObject({ shown: page.messages });
  });
});

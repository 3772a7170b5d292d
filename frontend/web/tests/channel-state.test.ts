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

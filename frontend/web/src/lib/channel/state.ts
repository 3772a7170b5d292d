// What the page holds of one channel, as a pure fold of everything said about it.
import type { CallError, ChannelCard, Joined, Message, Page, Posted } from '@/contracts/generated';
import { drawn, withLater, type Answers } from '@/lib/channel/answers';

/** Why a call brought nothing; `no_answer` is the page's own: the hub may or may not have heard it. */
export interface Failure {
  readonly code: CallError['code'] | 'no_answer';
  readonly message: string;
}

/** What I wrote and the hub has not acknowledged; `after` is the newest comment id that was held when I sent it. */
export interface Outgoing {
  readonly clientId: string;
  readonly text: string;
  readonly topic: string;
  readonly bot: string | null;
  readonly parentId: number | null;
  readonly sentAt: number;
  readonly after: number;
  readonly failure: Failure | null;
}

export interface ChannelState extends Answers {
  readonly name: string;
  readonly card: ChannelCard | null;
  readonly you: string;
  readonly joined: boolean;
  readonly problem: Failure | null;
  /** The ids of `messages`, rising. */
  readonly order: readonly number[];
  /** Every message from this id on is held; older ones may be missing and are not shown. */
  readonly floor: number;
  /** How many shown messages came in above the first page: a list needs it to keep its place. */
  readonly prepended: number;
  /** Every change up to this revision is held. */
  readonly contiguous: number;
  /** Revisions heard beyond a gap, rising. */
  readonly ahead: readonly number[];
  readonly present: readonly string[];
  /** Who writes, and when that was last heard (ms since 1970). */
  readonly typing: ReadonlyMap<string, number>;
  readonly outgoing: readonly Outgoing[];
  /** The clientId under which a message of mine was first shown, so that its row stays the same row. */
  readonly sentAs: ReadonlyMap<number, string>;
}

export type ChannelEvent =
  | { readonly type: 'joined'; readonly joined: Joined }
  | { readonly type: 'refused'; readonly failure: Failure }
  | { readonly type: 'fresh'; readonly page: Page }
  | { readonly type: 'older'; readonly page: Page }
  | { readonly type: 'caughtUp'; readonly page: Page }
  | { readonly type: 'messages'; readonly messages: readonly Message[] }
  | { readonly type: 'presence'; readonly present: readonly string[] }
  | { readonly type: 'typing'; readonly sender: string; readonly at: number }
  | { readonly type: 'looked'; readonly first: number; readonly at: number }
  | { readonly type: 'card'; readonly card: ChannelCard }
  | { readonly type: 'sending'; readonly outgoing: Outgoing }
  | { readonly type: 'posted'; readonly clientId: string; readonly posted: Posted }
  | { readonly type: 'notSent'; readonly clientId: string; readonly failure: Failure }
  | { readonly type: 'discarded'; readonly clientId: string };

export function emptyChannel(name: string): ChannelState {
  return {
    name,
    card: null,
    you: '',
    joined: false,
    problem: null,
    messages: new Map(),
    later: new Map(),
    looks: new Map(),
    order: [],
    floor: Infinity,
    prepended: 0,
    contiguous: 0,
    ahead: [],
    present: [],
    typing: new Map(),
    outgoing: [],
    sentAs: new Map(),
  };
}

/** Whether the channel is none of mine: nothing of it stays on the page. */
export function isClosed({ code }: Failure): boolean {
  return code === 'unknown_channel' || code === 'bad_request' || code === 'forbidden';
}

export function reduce(state: ChannelState, event: ChannelEvent): ChannelState {
  switch (event.type) {
    case 'joined': {
      const { channel, present, you, page } = event.joined;
      const here = { ...state, card: channel, present, you, joined: true, problem: null };
      // A return keeps what is held: the changes since then are asked for and come as `caughtUp`.
      return state.joined ? here : startFrom(here, page);
    }
    case 'refused':
      return { ...(isClosed(event.failure) ? emptyChannel(state.name) : state), problem: event.failure };
    case 'fresh':
      return startFrom(state, event.page);
    case 'older':
      return reachBack(fold(state, event.page.messages), event.page);
    case 'caughtUp':
      return heard(
        { ...fold(state, event.page.messages), contiguous: Math.max(state.contiguous, event.page.revision) },
        [],
      );
    case 'messages':
      return heard(
        fold(state, event.messages),
        event.messages.map((message) => message.revision),
      );
    case 'presence':
      return { ...state, present: event.present };
    case 'typing':
      return { ...state, typing: new Map(state.typing).set(event.sender, event.at) };
    case 'looked': {
      const past = state.messages.get(event.first)?.shown ?? null;
      return { ...state, looks: new Map(state.looks).set(event.first, { past, at: event.at }) };
    }
    case 'card':
      return { ...state, card: event.card };
    case 'sending':
      return { ...state, outgoing: [...without(state, event.outgoing.clientId), event.outgoing] };
    case 'posted':
      return settle(state, event.clientId, event.posted);
    case 'notSent':
      return {
        ...state,
        outgoing: state.outgoing.map((mine) =>
          mine.clientId === event.clientId ? { ...mine, failure: event.failure } : mine,
        ),
      };
    case 'discarded':
      return { ...state, outgoing: without(state, event.clientId) };
  }
}

/** Whether a change is known to be missing. */
export function hasGap(state: ChannelState): boolean {
  return state.ahead.length > 0;
}

/**
 * The messages to show, oldest first: all from the floor on, and of several answers one, at the place of the first. A
 * bot's remark of its own that failed is deleted with its error still there; nobody waited for it, so nobody sees it.
 */
export function shownMessages(state: Answers & Pick<ChannelState, 'order' | 'floor'>): readonly Message[] {
  return state.order.flatMap((id) => {
    const first = id >= state.floor ? state.messages.get(id) : undefined;
    if (first === undefined || first.alternativeOf !== null) return [];
    const message = drawn(state, first);
    const neverCame = message.deletedAt !== null && message.error !== null;
    return neverCame ? [] : [message];
  });
}

export function newestId(state: ChannelState): number {
  return state.order.at(-1) ?? 0;
}

/** Of each message the state with the highest revision stays, so order and repetition do not matter. */
function fold(state: ChannelState, incoming: readonly Message[]): ChannelState {
  const newer = incoming.filter((message) => {
    const held = state.messages.get(message.commentId);
    return held === undefined || held.revision < message.revision;
  });
  if (newer.length === 0) return state;
  const messages = new Map(state.messages);
  const added = new Set<number>();
  const typing = new Map(state.typing);
  for (const message of newer) {
    const held = messages.get(message.commentId);
    if (held !== undefined && held.revision >= message.revision) continue;
    if (held === undefined) {
      added.add(message.commentId);
      typing.delete(message.sender);
    }
    messages.set(message.commentId, message);
  }
  return {
    ...state,
    messages,
    typing,
    later: withLater(state.later, newer),
    order: merged(state.order, added),
  };
}

function merged(order: readonly number[], added: ReadonlySet<number>): readonly number[] {
  if (added.size === 0) return order;
  const rising = [...added].toSorted((a, b) => a - b);
  const last = order.at(-1) ?? 0;
  const joined = [...order, ...rising];
  return (rising[0] ?? 0) > last ? joined : joined.toSorted((a, b) => a - b);
}

/** Begin with the newest page; what was heard after the page was read is kept. */
function startFrom(state: ChannelState, page: Page): ChannelState {
  const later = [...state.messages.values()].filter((message) => message.revision > page.revision);
  const blank = { ...state, messages: new Map<number, Message>(), later: new Map(), order: [], prepended: 0 };
  const filled = fold(fold(blank, page.messages), later);
  const contiguous = Math.max(state.contiguous, page.revision);
  return heard({ ...filled, floor: floorOf(page), contiguous }, []);
}

function floorOf(page: Page): number {
  return page.hasMore ? (page.messages[0]?.commentId ?? 0) : 0;
}

function reachBack(state: ChannelState, page: Page): ChannelState {
  const floor = Math.min(state.floor, floorOf(page));
  const reached = { ...state, floor };
  const revealed = shownMessages(reached).length - shownMessages(state).length;
  return { ...reached, prepended: state.prepended + revealed };
}

function heard(state: ChannelState, revisions: readonly number[]): ChannelState {
  let { contiguous } = state;
  const beyond = [...new Set([...state.ahead, ...revisions])].toSorted((a, b) => a - b);
  const ahead = beyond.filter((revision) => {
    if (revision === contiguous + 1) contiguous = revision;
    return revision > contiguous;
  });
  return { ...state, contiguous, ahead };
}

function without(state: ChannelState, clientId: string): readonly Outgoing[] {
  return state.outgoing.filter((mine) => mine.clientId !== clientId);
}

function settle(state: ChannelState, clientId: string, { message, answers }: Posted): ChannelState {
  const all = [message, ...answers];
  const folded = heard(
    fold(state, all),
    all.map((each) => each.revision),
  );
  return {
    ...folded,
    outgoing: without(state, clientId),
    sentAs: new Map(state.sentAs).set(message.commentId, clientId),
  };
}

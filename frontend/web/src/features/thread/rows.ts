// The rows of a thread: every message, then what I wrote and is still on its way, with what stands above each.
import type { Message } from '@/contracts/generated';
import { firstOf } from '@/lib/channel/answers';
import { echoes } from '@/lib/channel/echoes';
import { shownMessages, type ChannelState, type Outgoing } from '@/lib/channel/state';
import { MINUTE_MS, sameDay } from '@/lib/moments';

/** Messages by one sender within this time stand under one name. */
const GROUPED_WITHIN_MS = 5 * MINUTE_MS;

interface Place {
  readonly key: string;
  /** When it came into the thread: a later answer stands where the first one did. */
  readonly at: number;
  readonly startsDay: boolean;
  readonly startsTopic: boolean;
  /** Stands under the name of the row above. */
  readonly grouped: boolean;
  /** Names the message that it answers, because that is not the row above. */
  readonly quotes: boolean;
}
export type Row =
  | (Place & { readonly kind: 'message'; readonly message: Message })
  | (Place & { readonly kind: 'outgoing'; readonly outgoing: Outgoing });

export type Shown = Pick<
  ChannelState,
  'messages' | 'later' | 'looks' | 'order' | 'floor' | 'you' | 'outgoing' | 'sentAs'
>;

interface Above {
  readonly id: number;
  readonly sender: string;
  readonly topic: string;
  readonly at: number;
}

/** While there are older messages the oldest is held back: how its row looks depends on the one above. */
export function heldBack(state: Pick<Shown, 'floor'>): 0 | 1 {
  return state.floor > 0 ? 1 : 0;
}

export function rowsOf(state: Shown): readonly Row[] {
  const messages = shownMessages(state);
  const echoed = echoes(state, messages);
  const rows: Row[] = [];
  let above: Above | undefined;
  for (const message of messages) {
    const key = state.sentAs.get(message.commentId) ?? echoed.get(message.commentId)?.clientId;
    const first = firstOf(message);
    const at = state.messages.get(first)?.sentAt ?? message.sentAt;
    const here = { id: message.commentId, sender: message.sender, topic: message.topic, at };
    const place = placeOf(here, message.parentId, above, key ?? String(first));
    rows.push({ kind: 'message', message, ...place });
    above = here;
  }
  const arrived = new Set([...echoed.values()].map((mine) => mine.clientId));
  for (const outgoing of state.outgoing) {
    if (arrived.has(outgoing.clientId)) continue;
    const here = { id: 0, sender: state.you, topic: outgoing.topic, at: outgoing.sentAt };
    rows.push({ kind: 'outgoing', outgoing, ...placeOf(here, outgoing.parentId, above, outgoing.clientId) });
    above = here;
  }
  return rows.slice(heldBack(state));
}

function placeOf(here: Above, parentId: number | null, above: Above | undefined, key: string): Place {
  const startsDay = above === undefined || !sameDay(above.at, here.at);
  const startsTopic = here.topic !== '' && here.topic !== above?.topic;
  const quotes = parentId !== null && parentId !== above?.id;
  const near = above?.sender === here.sender && here.at - above.at < GROUPED_WITHIN_MS;
  return {
    key,
    at: here.at,
    startsDay,
    startsTopic,
    quotes,
    grouped: near && !startsDay && !startsTopic && !quotes,
  };
}

// Sends what I write: shown at once, reconciled by the acknowledgement, never lost when it fails.
import { newClientId } from '@/lib/client-id';
import { dispatch, room } from '@/lib/channel/rooms';
import { newestId, type Outgoing } from '@/lib/channel/state';
import { call, isOnline } from '@/lib/hub';

export interface Draft {
  readonly text: string;
  readonly topic: string;
  readonly bot: string | null;
  readonly parentId: number | null;
}

export function speak(channel: string, draft: Draft): void {
  const after = newestId(room(channel));
  send(channel, { ...draft, clientId: newClientId(), sentAt: Date.now(), after, failure: null });
}

export function speakAgain(channel: string, clientId: string): void {
  const mine = room(channel).outgoing.find((each) => each.clientId === clientId);
  if (mine !== undefined) send(channel, { ...mine, failure: null });
}

/** After a return: what has no acknowledgement goes out again, under the same clientId. */
export function sendWaiting(channel: string): void {
  for (const mine of room(channel).outgoing) {
    if (mine.failure === null || mine.failure.code === 'no_answer') send(channel, { ...mine, failure: null });
  }
}

function send(channel: string, mine: Outgoing): void {
  dispatch(channel, { type: 'sending', outgoing: mine });
  void deliver(channel, mine);
}

async function deliver(channel: string, mine: Outgoing): Promise<void> {
  const { clientId, text, topic, bot, parentId } = mine;
  const answer = await call('ReceiveMessage', { channel, clientId, text, topic, bot, parentId });
  if (answer.ok) dispatch(channel, { type: 'posted', clientId, posted: answer });
  // Without a connection it is not refused, it only waits for the return.
  else if (answer.error.code !== 'no_answer' || isOnline()) {
    dispatch(channel, { type: 'notSent', clientId, failure: answer.error });
  }
}

/** Whether the hub took the wish; the answer itself ends when the engine hears of it. */
export async function stopThinking(channel: string, commentId: number): Promise<boolean> {
  return (await call('StopThinking', { channel, commentId })).ok;
}

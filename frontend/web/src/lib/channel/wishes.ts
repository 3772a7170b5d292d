// What one may wish of a message that stands: a vote, another answer or an earlier one, its end. What the hub refuses is said.
import { create } from 'zustand';
import { newClientId } from '@/lib/client-id';
import { call, type Answer } from '@/lib/hub';
import { notify } from '@/lib/notices';

export type Value = -1 | 0 | 1;

/** The hub tells how a message stands, not who voted how: my own votes are known from this visit alone. */
const useMine = create<{ readonly votes: ReadonlyMap<number, Value> }>()(() => ({ votes: new Map() }));

export function useMyVote(commentId: number): Value {
  return useMine((store) => store.votes.get(commentId) ?? 0);
}

export function forgetVotes(): void {
  useMine.setState({ votes: new Map() });
}

export async function vote(channel: string, commentId: number, value: Value): Promise<void> {
  if (heard(await call('Vote', { channel, commentId, value }))) {
    useMine.setState(({ votes }) => ({ votes: new Map(votes).set(commentId, value) }));
  }
}

export async function answerAgain(channel: string, commentId: number): Promise<void> {
  heard(await call('Regenerate', { channel, commentId, clientId: newClientId() }));
}

/** Show one of several answers to everybody. */
export async function chooseAnswer(channel: string, commentId: number): Promise<void> {
  heard(await call('ChooseAnswer', { channel, commentId }));
}

export async function deleteMessage(channel: string, commentId: number): Promise<void> {
  heard(await call('DeleteMessage', { channel, commentId }));
}

function heard(answer: Answer<{ readonly ok: true }>): boolean {
  if (!answer.ok) notify(answer.error.message);
  return answer.ok;
}

// What is being written in each channel: text, topic, chosen bot, and the message that it answers.
import { create } from 'zustand';
import type { Message } from '@/contracts/generated';

export interface DraftState {
  readonly text: string;
  readonly topic: string;
  readonly bot: string | null;
  readonly replyTo: Message | null;
}

const blank: DraftState = { text: '', topic: '', bot: null, replyTo: null };

const useDrafts = create<{ readonly drafts: Readonly<Record<string, DraftState>> }>()(() => ({ drafts: {} }));

export function useDraft(channel: string): DraftState {
  return useDrafts((store) => store.drafts[channel] ?? blank);
}

export function changeDraft(channel: string, change: Partial<DraftState>): void {
  useDrafts.setState(({ drafts }) => ({
    drafts: { ...drafts, [channel]: { ...(drafts[channel] ?? blank), ...change } },
  }));
}

/** An answer to a bot is meant for that bot. */
export function startReply(channel: string, message: Message): void {
  changeDraft(channel, { replyTo: message, ...(message.isBot ? { bot: message.sender } : {}) });
}

/** Put a text back that could not be sent, before what has been written since. */
export function takeBack(channel: string, text: string): void {
  const since = useDrafts.getState().drafts[channel]?.text ?? '';
  changeDraft(channel, { text: since === '' ? text : `${text}\n${since}` });
}

export function forgetDrafts(): void {
  useDrafts.setState({ drafts: {} });
}

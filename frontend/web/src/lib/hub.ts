// The Socket.IO connection to the hub: typed calls with acknowledgement, typed events, and its state.
import { io, type Socket } from 'socket.io-client';
import { create } from 'zustand';
import type * as wire from '@/contracts/generated';
import type { Failure } from '@/lib/channel/state';
import { refresh } from '@/lib/session';
import { texts } from '@/lib/texts';

interface Calls {
  Connect: [wire.Connect, wire.Joined];
  Disconnect: [wire.Disconnect, wire.Done];
  ReceiveMessage: [wire.ReceiveMessage, wire.Posted];
  GetMessagesForChannel: [wire.GetMessagesForChannel, wire.Page];
  StopThinking: [wire.StopThinking, wire.Done];
  Regenerate: [wire.Regenerate, wire.Posted];
  ChooseAnswer: [wire.ChooseAnswer, wire.Changed];
  DeleteMessage: [wire.DeleteMessage, wire.Done];
  Vote: [wire.Vote, wire.Voted];
  Typing: [wire.Typing, wire.Done];
}

export interface HubEvents {
  SendMessage: (message: wire.Message) => void;
  SendMessages: (sent: wire.SendMessages) => void;
  Presence: (presence: wire.Presence) => void;
  BotStatus: (statuses: wire.BotStatuses) => void;
  Typing: (typing: wire.SomeoneTypes) => void;
  ChannelChanged: (changed: wire.ChannelChanged) => void;
  ChannelGone: (gone: wire.ChannelGone) => void;
}

export type Answer<T> = T | { readonly ok: false; readonly error: Failure };

/** A person waits at most this long for an acknowledgement; the hub itself gives up on storage earlier. */
const ANSWER_WITHIN_MS = 15_000;
/** After a refusal that is no matter of the token, such as storage that is away. */
const TRY_AGAIN_MS = 5_000;
/** The hub closed the connection: perhaps another tab has logged out and is about to say so. */
const SETTLE_MS = 1_000;

export type ConnectionState = 'none' | 'connecting' | 'online' | 'offline';
export const useConnection = create<{ readonly state: ConnectionState }>()(() => ({ state: 'none' }));

export type HubSocket = Socket<HubEvents>;
let socket: HubSocket | null = null;

export function hubSocket(): HubSocket {
  if (socket === null) throw new Error('not connected to a hub');
  return socket;
}

/** Connect as whom the cookies say; returns what ends the connection. */
export function connectHub(): () => void {
  const opened: HubSocket = io({ transports: ['websocket'], reconnectionDelayMax: 5_000 });
  let again: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let refused = 0;
  const reconnect = (afterMs: number): void => {
    if (!ended) again = setTimeout(() => opened.connect(), afterMs);
  };
  // With fresh tokens, unless there is no session any more: then the session's end has closed the house.
  const comeAgain = (): void => {
    refused += 1;
    refresh().then(
      (goesOn) => goesOn && reconnect(refused > 1 ? TRY_AGAIN_MS : 0),
      () => reconnect(TRY_AGAIN_MS),
    );
  };
  socket = opened;
  useConnection.setState({ state: 'connecting' });
  opened.on('connect', () => {
    refused = 0;
    useConnection.setState({ state: 'online' });
  });
  opened.on('disconnect', (reason) => {
    useConnection.setState({ state: 'offline' });
    // The library does not come back by itself after the hub closed the connection.
    if (reason === 'io server disconnect') again = setTimeout(comeAgain, SETTLE_MS);
  });
  opened.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    useConnection.setState({ state: 'offline' });
    if (error.data?.code === 'unauthorized') comeAgain();
    else if (!opened.active) reconnect(TRY_AGAIN_MS);
  });
  return () => {
    ended = true;
    clearTimeout(again);
    opened.removeAllListeners();
    opened.disconnect();
    if (socket !== opened) return;
    socket = null;
    useConnection.setState({ state: 'none' });
  };
}

export function isOnline(): boolean {
  return socket?.connected === true;
}

/** Hear events of the hub; returns what stops it. */
export function listen(heard: Partial<HubEvents>): () => void {
  const from = hubSocket();
  // The keys and the handlers belong together, which a loop over both cannot express.
  const pairs = Object.entries(heard) as ['SendMessage', HubEvents['SendMessage']][];
  for (const [name, handler] of pairs) from.on(name, handler);
  return () => {
    for (const [name, handler] of pairs) from.off(name, handler);
  };
}

/** Ask the hub; never throws: no answer in time is an answer too. */
export async function call<K extends keyof Calls>(name: K, body: Calls[K][0]): Promise<Answer<Calls[K][1]>> {
  const noAnswer = { ok: false, error: { code: 'no_answer', message: texts.failure.noAnswer } } as const;
  if (socket === null || !socket.connected) return noAnswer;
  try {
    // With a timeout the library loses the type of the acknowledgement, so it is given back here once.
    const asking = socket.timeout(ANSWER_WITHIN_MS) as unknown as {
      emitWithAck: (name: string, body: object) => Promise<Answer<Calls[K][1]>>;
    };
    return await asking.emitWithAck(name, body);
  } catch {
    return noAnswer;
  }
}

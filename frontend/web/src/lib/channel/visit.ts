// Being in a channel: joins it, hears it, and comes back to it after a lost connection.
import { setBots } from '@/lib/bots';
import { catchUpOf, type CatchUp } from '@/lib/channel/catch-up';
import { dispatch, room } from '@/lib/channel/rooms';
import { sendWaiting } from '@/lib/channel/speak';
import type { Failure } from '@/lib/channel/state';
import { call, hubSocket, listen } from '@/lib/hub';

const JOIN_AGAIN_MS = 3_000;
/** What passes by itself. */
const PASSING: ReadonlySet<Failure['code']> = new Set([
  'no_answer',
  'storage_unavailable',
  'too_many_requests',
]);

/** Join and follow a channel; returns what leaves it. */
export function visit(channel: string): () => void {
  const socket = hubSocket();
  const catchUp = catchUpOf(channel);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = false;
  const join = async (): Promise<void> => {
    clearTimeout(timer);
    const retry = await enter(channel, catchUp);
    if (retry && socket.connected && !left) timer = setTimeout(() => void join(), JOIN_AGAIN_MS);
  };
  const stopListening = follow(channel, catchUp, () => void join());
  const onConnect = (): void => void join();
  socket.on('connect', onConnect);
  if (socket.connected) onConnect();
  return () => {
    left = true;
    clearTimeout(timer);
    catchUp.stop();
    stopListening();
    socket.off('connect', onConnect);
    void call('Disconnect', { channel });
  };
}

/** The page above what is shown, taken in when `ready` says so; whether the hub answered. */
export async function loadOlder(channel: string, ready: () => Promise<void>): Promise<boolean> {
  const before = room(channel).floor;
  if (before === 0) return true;
  const page = await call('GetMessagesForChannel', { channel, before });
  await ready();
  if (page.ok) dispatch(channel, { type: 'older', page });
  return page.ok;
}

/** Whether it is worth to try again. */
async function enter(channel: string, catchUp: CatchUp): Promise<boolean> {
  const answer = await call('Connect', { channel });
  if (!answer.ok) {
    dispatch(channel, { type: 'refused', failure: answer.error });
    return PASSING.has(answer.error.code);
  }
  dispatch(channel, { type: 'joined', joined: answer });
  setBots(answer.bots);
  if (answer.page.revision > room(channel).contiguous) await catchUp.now();
  sendWaiting(channel);
  return false;
}

function follow(channel: string, catchUp: CatchUp, gone: () => void): () => void {
  return listen({
    SendMessage: (message) => {
      if (message.channel !== channel) return;
      dispatch(channel, { type: 'messages', messages: [message] });
      catchUp.ifGap();
    },
    SendMessages: (sent) => {
      if (sent.channel !== channel) return;
      dispatch(channel, { type: 'messages', messages: sent.messages });
      catchUp.ifGap();
    },
    Presence: (heard) => {
      if (heard.channel === channel) dispatch(channel, { type: 'presence', present: heard.present });
    },
    Typing: (heard) => {
      if (heard.channel === channel)
        dispatch(channel, { type: 'typing', sender: heard.sender, at: Date.now() });
    },
    // It may also have closed its doors to all but its members: whether I am one, the hub knows.
    ChannelGone: (heard) => {
      if (heard.channel === channel) gone();
    },
    ChannelChanged: (heard) => {
      if (heard.channel.name === channel) dispatch(channel, { type: 'card', card: heard.channel });
    },
  });
}

// Says to screen readers what others wrote, once each, and a bot's answer only when it is whole.
import { useEffect, useRef, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { Unseen } from '@/components/unseen';
import type { Message } from '@/contracts/generated';
import { useRoom } from '@/lib/channel/rooms';
import type { ChannelState } from '@/lib/channel/state';

const SPOKEN_LETTERS = 300;

type Held = Pick<ChannelState, 'messages' | 'order' | 'you'>;

export function Announcer({ channel }: { channel: string }) {
  const held = useRoom(
    channel,
    useShallow(({ messages, order, you }) => ({ messages, order, you })),
  );
  const before = useRef(held);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const news = newlySaid(before.current, held);
    before.current = held;
    if (news !== undefined) setSaid(`${news.sender}: ${news.text.slice(0, SPOKEN_LETTERS)}`);
  }, [held]);
  return <Unseen role="status">{said}</Unseen>;
}

/** The newest message that is whole now and was not before; older pages are no news. */
function newlySaid(before: Held, now: Held): Message | undefined {
  const newestBefore = before.order.at(-1) ?? Infinity;
  const id = now.order.findLast((each) => {
    const message = now.messages.get(each);
    const held = before.messages.get(each);
    if (message === undefined || message.isThinking || message.deletedAt !== null) return false;
    if (message.sender === now.you) return false;
    return held === undefined ? each > newestBefore : held.isThinking;
  });
  return id === undefined ? undefined : now.messages.get(id);
}

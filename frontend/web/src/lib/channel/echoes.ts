// Finds the broadcast of a message of mine that arrived before its acknowledgement, so that it is not shown twice.
import type { Message } from '@/contracts/generated';
import type { ChannelState, Outgoing } from '@/lib/channel/state';

/** Which outgoing message each comment id already shows. */
export function echoes(
  state: Pick<ChannelState, 'you' | 'outgoing' | 'sentAs'>,
  shown: readonly Message[],
): ReadonlyMap<number, Outgoing> {
  const found = new Map<number, Outgoing>();
  for (const mine of state.outgoing) {
    const echo = shown.findLast(
      (message) =>
        message.commentId > mine.after &&
        message.sender === state.you &&
        message.text.trim() === mine.text.trim() &&
        message.parentId === mine.parentId &&
        !state.sentAs.has(message.commentId) &&
        !found.has(message.commentId),
    );
    if (echo !== undefined) found.set(echo.commentId, mine);
  }
  return found;
}

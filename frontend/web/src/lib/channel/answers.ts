// Several answers of one bot to one message: they stand at the place of the first, and one of them is shown.
import type { Message } from '@/contracts/generated';

/** What I look at instead of what is shown, as long as the same one is shown. */
export interface Look {
  readonly past: number | null;
  readonly at: number;
}

export interface Answers {
  readonly messages: ReadonlyMap<number, Message>;
  /** The later answers, rising, by the id of the first. */
  readonly later: ReadonlyMap<number, readonly number[]>;
  /** By the id of the first. */
  readonly looks: ReadonlyMap<number, Look>;
}

/** The id of the first answer, by which all of them go; any other message goes by its own. */
export function firstOf(message: Message): number {
  return message.alternativeOf ?? message.commentId;
}

/** The answers beside this one, itself among them, that were not deleted. */
export function standing(
  { messages, later }: Pick<Answers, 'messages' | 'later'>,
  first: number,
): readonly number[] {
  const all = [first, ...(later.get(first) ?? [])];
  return all.filter((id) => messages.get(id)?.deletedAt === null);
}

/** Which answer to draw at the place of the first. */
export function drawn(answers: Answers, first: Message): Message {
  const { messages, later, looks } = answers;
  if (!later.has(first.commentId)) return first;
  const look = looks.get(first.commentId);
  const wanted = look !== undefined && look.past === first.shown ? look.at : first.shown;
  const alive = standing(answers, first.commentId);
  const id = alive.find((each) => each === wanted) ?? alive.at(-1);
  return (id === undefined ? undefined : messages.get(id)) ?? first;
}

/** The index of later answers with those that came. */
export function withLater(later: Answers['later'], incoming: readonly Message[]): Answers['later'] {
  const known = (message: Message, first: number): boolean =>
    later.get(first)?.includes(message.commentId) ?? false;
  const news = incoming.filter(
    (message) => message.alternativeOf !== null && !known(message, message.alternativeOf),
  );
  if (news.length === 0) return later;
  const grown = new Map(later);
  for (const message of news) {
    const first = firstOf(message);
    const ids = new Set([...(grown.get(first) ?? []), message.commentId]);
    grown.set(
      first,
      [...ids].toSorted((a, b) => a - b),
    );
  }
  return grown;
}

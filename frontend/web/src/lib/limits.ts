// Limits of the wire that the page checks before it sends, as in contracts/wire.py.
export const TEXT_LIMIT = 40_000;
export const TOPIC_LIMIT = 300;
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$/;
export const PASSWORD_SHORTEST = 8;

/** The hub counts code points, a string's length counts UTF-16 units. */
export function codePoints(text: string): number {
  return text.length - [...text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)].length;
}

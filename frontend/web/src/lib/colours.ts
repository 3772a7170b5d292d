// A colour for each name, always the same one.

// Each reads well under white letters (contrast at least 4.5).
const COLOURS = [
  '#a8432f',
  '#8a5a12',
  '#5e6b1f',
  '#2f6f4f',
  '#1f6a75',
  '#3f5a9a',
  '#6d4a94',
  '#95406f',
] as const;

export function colourOf(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return COLOURS[sum % COLOURS.length] ?? COLOURS[0];
}

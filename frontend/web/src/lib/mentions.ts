// Finds @Name in the text of a message, and marks it in markdown.
import type { Root } from 'mdast';
import { findAndReplace } from 'mdast-util-find-and-replace';

// As the hub reads it: no letter before the @, so that an e-mail address mentions nobody.
const MENTION = /(?<![\w@/.-])@[A-Za-z0-9][A-Za-z0-9_-]{1,31}/g;

export function remarkMentions(): (tree: Root) => void {
  return (tree) =>
    findAndReplace(
      tree,
      [
        MENTION,
        (name: string) => ({
          type: 'emphasis',
          children: [{ type: 'text', value: name }],
          data: { hName: 'mark' },
        }),
      ],
      { ignore: ['link', 'linkReference'] },
    );
}

// The text of a message: markdown when its code has come, the plain text of the same size until then.
import { styled } from '@mui/material/styles';
import { lazy, Suspense } from 'react';

const loadMarkdown = () => import('@/components/markdown');
const Markdown = lazy(() => loadMarkdown().then(({ Markdown: component }) => ({ default: component })));

/** Ask for the code early, so that it is there before the first message. */
export function prepareMarkdown(): void {
  void loadMarkdown();
}

const Text = styled('div')({
  fontSize: '0.97rem',
  lineHeight: 1.55,
  overflowWrap: 'anywhere',
  minWidth: 0,
  '& > * > :first-of-type': { marginTop: 0 },
  '& > * > :last-child': { marginBottom: 0 },
});
const Plain = styled('p')({ margin: 0, whiteSpace: 'pre-wrap' });

export function Words({ text, unfinished = false }: { text: string; unfinished?: boolean }) {
  return (
    <Text dir="auto">
      <Suspense fallback={<Plain>{text}</Plain>}>
        <Markdown text={text} unfinished={unfinished} />
      </Suspense>
    </Text>
  );
}

// A block of code with a copy button; its colours come later, on demand, and change no size.
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import type { Element, ElementContent } from 'hast';
import { useEffect, useState, type ReactNode } from 'react';
import { CheckIcon, CopyIcon } from '@/components/icons';
import { texts } from '@/lib/texts';

const Frame = styled('div')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    position: 'relative',
    margin: '0 0 0.6em',
    background: palette.raised,
    borderRadius: 10,
    border: `1px solid ${palette.divider}`,
    '& pre': {
      margin: 0,
      padding: '0.8em 3em 0.8em 1em',
      overflowX: 'auto',
      fontSize: '0.88rem',
      lineHeight: 1.5,
    },
    '& pre code': {
      background: 'none',
      padding: 0,
      fontSize: 'inherit',
      whiteSpace: 'pre',
      overflowWrap: 'normal',
    },
    '& .hljs-keyword, & .hljs-literal, & .hljs-name': { color: palette.primary.main },
    '& .hljs-string, & .hljs-attr': { color: palette.secondary.main },
    '& .hljs-comment': { color: palette.text.secondary, fontStyle: 'italic' },
    '& .hljs-title, & .hljs-built_in': { fontWeight: 650 },
  };
});
const Corner = styled(IconButton)({ position: 'absolute', top: 4, insetInlineEnd: 4 });

export function CodeBlock({ node }: { node: Element | undefined }) {
  const code = node?.children.find((child): child is Element => child.type === 'element');
  const text = textOf(code).replace(/\n$/, '');
  const language = languageOf(code);
  return (
    <Frame dir="ltr">
      <pre tabIndex={0}>
        <code>
          <Coloured text={text} language={language} />
        </code>
      </pre>
      <Copy text={text} />
    </Frame>
  );
}

function Coloured({ text, language }: { text: string; language: string | undefined }) {
  const [coloured, setColoured] = useState<{ text: string; node: ReactNode }>();
  useEffect(() => {
    if (language === undefined) return;
    let left = false;
    void import('@/components/code-colours').then(({ colour }) => {
      if (!left) setColoured({ text, node: colour(text, language) });
    });
    return () => {
      left = true;
    };
  }, [text, language]);
  return coloured?.text === text ? coloured.node : text;
}

function Copy({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <Corner
      size="small"
      aria-label={copied ? texts.message.copied : texts.message.copy}
      onClick={() => void copy()}
    >
      {copied ? <CheckIcon fontSize="small" /> : <CopyIcon fontSize="small" />}
    </Corner>
  );
}

function textOf(node: ElementContent | undefined): string {
  if (node?.type === 'text') return node.value;
  return node?.type === 'element' ? node.children.map(textOf).join('') : '';
}

function languageOf(code: Element | undefined): string | undefined {
  const classes = code?.properties['className'];
  if (!Array.isArray(classes)) return undefined;
  return classes
    .map(String)
    .find((name) => name.startsWith('language-'))
    ?.slice('language-'.length);
}

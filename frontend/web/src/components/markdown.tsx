// Markdown that cannot run or load anything: no raw HTML, no pictures from elsewhere, links that give nothing away.
import { styled } from '@mui/material/styles';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import remend from 'remend';
import { CodeBlock } from '@/components/code-block';
import { remarkMentions } from '@/lib/mentions';
import { texts } from '@/lib/texts';

const Body = styled('div')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    '& p': { margin: '0 0 0.6em', whiteSpace: 'pre-line' },
    '& ul, & ol': { margin: '0 0 0.6em', paddingInlineStart: '1.5em' },
    '& blockquote': {
      margin: '0 0 0.6em',
      padding: '0.1em 0.9em',
      borderInlineStart: `3px solid ${palette.straw}`,
      color: palette.text.secondary,
    },
    '& a': { color: palette.primary.main, textUnderlineOffset: 2 },
    '& code': { fontSize: '0.88em', background: palette.raised, borderRadius: 5, padding: '0.1em 0.35em' },
    '& mark': {
      background: palette.mention,
      color: 'inherit',
      borderRadius: 5,
      padding: '0.05em 0.25em',
      fontWeight: 600,
    },
    '& hr': { border: 0, borderTop: `1px solid ${palette.divider}`, margin: '0.8em 0' },
    '& .table': { overflowX: 'auto', marginBottom: '0.6em' },
    '& table': { borderCollapse: 'collapse', fontSize: '0.92em' },
    '& th, & td': { border: `1px solid ${palette.divider}`, padding: '0.3em 0.7em', textAlign: 'start' },
    '& th': { background: palette.raised },
  };
});
const Heading = styled('p')({ fontWeight: 700, fontSize: '1.06em' });

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a
      href={typeof src === 'string' ? src : undefined}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
    >
      {texts.message.imageLink(alt ?? '')}
    </a>
  ),
  // Headings in a message are no headings of the page.
  h1: ({ children }) => <Heading>{children}</Heading>,
  h2: ({ children }) => <Heading>{children}</Heading>,
  h3: ({ children }) => <Heading>{children}</Heading>,
  h4: ({ children }) => <Heading>{children}</Heading>,
  h5: ({ children }) => <Heading>{children}</Heading>,
  h6: ({ children }) => <Heading>{children}</Heading>,
  table: ({ children }) => (
    <div className="table">
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <span aria-label={checked ? 'done' : 'open'}>{checked ? '☑' : '☐'} </span>,
  pre: ({ node }) => <CodeBlock node={node} />,
};

const plugins = [remarkGfm, remarkMentions];

export function Markdown({ text, unfinished }: { text: string; unfinished: boolean }) {
  return (
    <Body>
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {unfinished ? remend(text) : text}
      </ReactMarkdown>
    </Body>
  );
}

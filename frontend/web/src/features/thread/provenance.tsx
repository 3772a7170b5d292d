// How an answer was made: model, seed, tokens, times, and behind a second click the exact prompt.
import { styled } from '@mui/material/styles';
import { Fragment } from 'react';
import type { Message, Usage } from '@/contracts/generated';
import { duration } from '@/lib/moments';
import { texts } from '@/lib/texts';

const Details = styled('details')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    marginTop: theme.spacing(0.75),
    fontSize: '0.82rem',
    color: palette.text.secondary,
    '& summary': { cursor: 'pointer', width: 'fit-content', borderRadius: 6 },
    '& summary:hover': { color: palette.text.primary },
    '& dl': {
      display: 'grid',
      gridTemplateColumns: 'auto minmax(0, 1fr)',
      gap: '2px 14px',
      margin: theme.spacing(1, 0),
    },
    '& dt': { fontWeight: 600 },
    '& dd': { margin: 0, overflowWrap: 'anywhere' },
    '& pre': {
      margin: theme.spacing(0.75, 0, 0),
      padding: theme.spacing(1),
      maxHeight: '14rem',
      overflow: 'auto',
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
      background: palette.raised,
      borderRadius: 8,
      color: palette.text.primary,
    },
  };
});

export function Provenance({ message }: { message: Message }) {
  if (message.usage === null) return null;
  return (
    <Details>
      <summary>{texts.message.provenance}</summary>
      <dl>
        {facts(message.usage, message.parameters).map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
      {message.prompt !== null && (
        <details>
          <summary>{texts.message.prompt}</summary>
          <pre tabIndex={0}>{message.prompt}</pre>
        </details>
      )}
    </Details>
  );
}

function facts(usage: Usage, parameters: Message['parameters']): readonly (readonly [string, string])[] {
  const t = texts.message;
  const tokens = usage.promptTokens !== null || usage.completionTokens !== null;
  return [
    [t.model, usage.model] as const,
    ...(usage.dialect === null ? [] : [[t.dialect, usage.dialect] as const]),
    ...(usage.seed === null ? [] : [[t.seed, String(usage.seed)] as const]),
    ...(tokens ? [[t.tokens, t.tokensOf(usage.promptTokens, usage.completionTokens)] as const] : []),
    ...(usage.tokensPerSecond === null ? [] : [[t.speed, t.perSecond(usage.tokensPerSecond)] as const]),
    [t.waited, duration(usage.queueMs)] as const,
    [t.worked, duration(usage.computeMs)] as const,
    ...asked(parameters),
  ];
}

function asked(parameters: Message['parameters']): readonly (readonly [string, string])[] {
  const set = Object.entries(parameters ?? {}).filter(([name, value]) => value !== null && name !== 'seed');
  return set.length === 0
    ? []
    : [[texts.message.asked, set.map(([name, value]) => `${name} ${value}`).join(', ')]];
}

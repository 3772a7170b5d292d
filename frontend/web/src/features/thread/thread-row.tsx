// One row of the thread with the day and the topic that begin with it.
import { keyframes, styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { memo } from 'react';
import { dayName } from '@/lib/moments';
import { texts } from '@/lib/texts';
import { MessageRow } from './message-row';
import { OutgoingRow } from './outgoing-row';
import type { Row } from './rows';

const flash = keyframes({ from: { opacity: 1 }, to: { opacity: 0 } });

const Column = styled('div')(({ theme }) => ({
  position: 'relative',
  maxWidth: '50rem',
  margin: '0 auto',
  padding: theme.spacing(0, 2.5),
  [theme.breakpoints.down('sm')]: { padding: theme.spacing(0, 1.5) },
}));
const Light = styled('div')(({ theme }) => ({
  position: 'absolute',
  inset: '0 4px',
  borderRadius: 12,
  pointerEvents: 'none',
  background: `color-mix(in srgb, ${(theme.vars ?? theme).palette.straw} 28%, transparent)`,
  animation: `${flash} 1.6s ease-out forwards`,
}));
const Day = styled('div')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(2),
    padding: theme.spacing(2.5, 0, 0.5),
    fontSize: '0.8rem',
    fontWeight: 600,
    color: palette.text.secondary,
    '&::before, &::after': { content: '""', flex: 1, borderTop: `1px solid ${palette.divider}` },
  };
});
const Topic = styled(Typography)(({ theme }) => ({
  padding: theme.spacing(2.5, 0, 0.5),
  overflowWrap: 'anywhere',
  '& span': {
    background: `linear-gradient(transparent 60%, ${(theme.vars ?? theme).palette.mention} 60% 94%, transparent 94%)`,
    padding: '0 0.15em',
    boxDecorationBreak: 'clone',
  },
})) as typeof Typography;

interface ThreadRowProps {
  readonly channel: string;
  readonly row: Row;
  readonly flashing: boolean;
  readonly onJump: (first: number) => void;
}

export function ThreadRow({ channel, row, flashing, onJump }: ThreadRowProps) {
  return (
    <Column>
      {flashing && <Light />}
      <Above row={row} />
      {row.kind === 'message' ? (
        <MessageRow
          channel={channel}
          message={row.message}
          grouped={row.grouped}
          quotes={row.quotes}
          onJump={onJump}
        />
      ) : (
        <OutgoingRow
          channel={channel}
          outgoing={row.outgoing}
          grouped={row.grouped}
          quotes={row.quotes}
          onJump={onJump}
        />
      )}
    </Column>
  );
}

const Above = memo(function Above({ row }: { row: Row }) {
  const topic = row.kind === 'message' ? row.message.topic : row.outgoing.topic;
  return (
    <>
      {row.startsDay && <Day>{dayName(row.at)}</Day>}
      {row.startsTopic && (
        <Topic variant="h2" dir="auto" title={texts.message.topic}>
          <span>{topic}</span>
        </Topic>
      )}
    </>
  );
});

// The message that a reply answers, in one line; a click goes there.
import ButtonBase from '@mui/material/ButtonBase';
import { styled } from '@mui/material/styles';
import { firstOf } from '@/lib/channel/answers';
import { useMessage } from '@/lib/channel/rooms';
import { texts } from '@/lib/texts';

const SHOWN_LETTERS = 160;

const Line = styled(ButtonBase)(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    position: 'relative',
    display: 'block',
    maxWidth: '100%',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    textAlign: 'start',
    fontFamily: 'inherit',
    fontSize: '0.85rem',
    lineHeight: '22px',
    color: palette.text.secondary,
    borderRadius: 6,
    '&:hover, &:focus-visible': { color: palette.text.primary },
    '& b': { fontWeight: 650 },
  };
});
const Bend = styled('div')(({ theme }) => ({
  position: 'relative',
  '&::before': {
    content: '""',
    position: 'absolute',
    insetInlineStart: -36,
    top: 11,
    width: 30,
    height: 11,
    border: `2px solid ${(theme.vars ?? theme).palette.divider}`,
    borderInlineEnd: 0,
    borderBottom: 0,
    borderStartStartRadius: 9,
  },
}));

interface QuoteProps {
  readonly channel: string;
  readonly parentId: number;
  readonly onJump: (first: number) => void;
}

export function Quote({ channel, parentId, onJump }: QuoteProps) {
  const parent = useMessage(channel, parentId);
  if (parent === undefined) {
    return (
      <Bend>
        <Line disabled>{texts.message.inReplyToOlder}</Line>
      </Bend>
    );
  }
  const line = parent.deletedAt === null ? oneLine(parent.text) : texts.message.deleted;
  return (
    <Bend>
      <Line onClick={() => onJump(firstOf(parent))} title={texts.message.inReplyTo(parent.sender)}>
        <b>{parent.sender}</b> <bdi>{line === '' ? texts.message.picture : line}</bdi>
      </Line>
    </Bend>
  );
}

/** Without the marks of markdown, which say nothing in one line. */
function oneLine(text: string): string {
  return text
    .slice(0, SHOWN_LETTERS)
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)?/g, '$1')
    .replaceAll(/[*`~]+/g, '')
    .replaceAll(/\s+/g, ' ');
}

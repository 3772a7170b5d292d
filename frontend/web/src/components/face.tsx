// The face of a person (first letters on a colour of their own) or of a bot (its emoji in a nest).
import { styled } from '@mui/material/styles';
import { colourOf } from '@/lib/colours';

const Disc = styled('span', { shouldForwardProp: (prop) => prop !== 'size' && prop !== 'colour' })<{
  size: number;
  colour: string | null;
}>(({ theme, size, colour }) => ({
  display: 'inline-grid',
  placeItems: 'center',
  position: 'relative',
  flexShrink: 0,
  width: size,
  height: size,
  borderRadius: colour === null ? '32%' : '50%',
  fontSize: colour === null ? size * 0.56 : size * 0.4,
  fontWeight: 700,
  lineHeight: 1,
  userSelect: 'none',
  // Else a text font with a plain glyph may come first.
  ...(colour === null && {
    fontFamily: '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif',
  }),
  color: '#fff',
  background: colour ?? (theme.vars ?? theme).palette.raised,
  border: colour === null ? `1px solid ${(theme.vars ?? theme).palette.divider}` : 'none',
}));

const Lamp = styled('span', { shouldForwardProp: (prop) => prop !== 'lit' })<{ lit: boolean }>(
  ({ theme, lit }) => ({
    position: 'absolute',
    right: '-12%',
    bottom: '-12%',
    width: '36%',
    height: '36%',
    borderRadius: '50%',
    border: `2px solid ${(theme.vars ?? theme).palette.background.default}`,
    background: lit ? '#3f9b5f' : '#9b8c7d',
  }),
);

export interface FaceProps {
  readonly name: string;
  readonly avatar?: string | undefined;
  /** For a bot: whether it is awake. Without it no lamp is shown. */
  readonly awake?: boolean | undefined;
  readonly size?: number;
  readonly faint?: boolean;
}

export function Face({ name, avatar, awake, size = 36, faint = false }: FaceProps) {
  return (
    <Disc
      size={size}
      colour={avatar === undefined ? colourOf(name) : null}
      aria-hidden="true"
      style={faint ? { opacity: 0.45 } : {}}
    >
      {avatar ?? [...name].slice(0, 2).join('').toUpperCase()}
      {awake !== undefined && <Lamp lit={awake} />}
    </Disc>
  );
}

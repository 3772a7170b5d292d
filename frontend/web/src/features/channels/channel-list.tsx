// The channels one can walk into.
import { styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { Link, useRoute } from 'wouter';
import { useChannels } from './channels';
import { texts } from '@/lib/texts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 2 });
const Entry = styled(Link)(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    display: 'block',
    padding: theme.spacing(0.9, 1.5),
    borderRadius: 10,
    color: palette.text.primary,
    textDecoration: 'none',
    overflowWrap: 'anywhere',
    fontWeight: 550,
    '& span': { color: palette.text.secondary, fontWeight: 450 },
    '&:hover': { background: palette.raised },
    '&[aria-current]': { background: palette.mention },
    '&[aria-current] span': { color: 'inherit' },
  };
});

export function ChannelList({ onGo }: { onGo: () => void }) {
  const { channels, failed } = useChannels();
  const [, here] = useRoute('/c/:channel');
  if (failed) return <Typography color="textSecondary">{texts.around.channelsFailed}</Typography>;
  return (
    <List>
      {channels.map((card) => (
        <li key={card.name}>
          <Entry
            href={`/c/${card.name}`}
            title={card.title || card.description}
            aria-current={here?.channel === card.name ? 'page' : undefined}
            onClick={onGo}
          >
            <span>c/</span>
            {card.name}
          </Entry>
        </li>
      ))}
    </List>
  );
}

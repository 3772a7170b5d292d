// The bots that ever came by, and how they are: asleep, awake, busy.
import { styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { Face } from '@/components/face';
import { stateInWords, useBots } from '@/lib/bots';
import { texts } from '@/lib/texts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 6 });
const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1.5),
  padding: theme.spacing(0.4, 1.5),
  minWidth: 0,
}));
const Name = styled('span')({
  fontWeight: 550,
  minWidth: 0,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
});
const State = styled('span')(({ theme }) => ({
  marginInlineStart: 'auto',
  fontSize: '0.82rem',
  whiteSpace: 'nowrap',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

export function BotList() {
  const { known, bots } = useBots();
  if (known && bots.length === 0) return <Typography color="textSecondary">{texts.around.noBots}</Typography>;
  return (
    <List>
      {bots.map((bot) => (
        <Item key={bot.card.name} title={bot.card.greeting}>
          <Face name={bot.card.name} avatar={bot.card.avatar} awake={bot.awake} size={28} />
          <Name>{bot.card.name}</Name>
          <State>{stateInWords(bot)}</State>
        </Item>
      ))}
    </List>
  );
}

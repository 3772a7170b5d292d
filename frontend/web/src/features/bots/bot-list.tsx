// The bots that ever came by, and whether they are awake.
import { styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { Face } from '@/components/face';
import { useBots } from '@/lib/bots';
import { texts } from '@/lib/texts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 6 });
const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1.5),
  padding: theme.spacing(0.4, 1.5),
  minWidth: 0,
}));
const Name = styled('span')({ fontWeight: 550, minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' });
const State = styled('span')(({ theme }) => ({
  marginInlineStart: 'auto',
  fontSize: '0.82rem',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

export function BotList() {
  const { known, bots } = useBots();
  if (known && bots.length === 0) return <Typography color="textSecondary">{texts.around.noBots}</Typography>;
  return (
    <List>
      {bots.map(({ card, awake }) => (
        <Item key={card.name} title={card.greeting}>
          <Face name={card.name} avatar={card.avatar} awake={awake} size={28} />
          <Name>{card.name}</Name>
          <State>{awake ? texts.around.awake : texts.around.asleep}</State>
        </Item>
      ))}
    </List>
  );
}

// Who is in the channel now.
import { styled } from '@mui/material/styles';
import { Face } from '@/components/face';
import { useRoom } from '@/lib/channel/rooms';
import { texts } from '@/lib/texts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 6 });
const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1.5),
  padding: theme.spacing(0.4, 1.5),
}));
const Name = styled('span')({ minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' });
const You = styled('span')(({ theme }) => ({
  color: (theme.vars ?? theme).palette.text.secondary,
  fontSize: '0.82rem',
}));

export function PeopleHere({ channel }: { channel: string }) {
  const present = useRoom(channel, (state) => state.present);
  const you = useRoom(channel, (state) => state.you);
  return (
    <List>
      {present.map((name) => (
        <Item key={name}>
          <Face name={name} size={28} />
          <Name>{name}</Name>
          {name === you && <You>{texts.around.you}</You>}
        </Item>
      ))}
    </List>
  );
}

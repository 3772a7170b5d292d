// Chooses who shall answer: nobody in particular, or one of the bots, with the face and how it is.
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState } from 'react';
import { Face } from '@/components/face';
import { ChevronIcon } from '@/components/icons';
import type { BotStatus } from '@/contracts/generated';
import { stateInWords, useBots } from '@/lib/bots';
import { useRoom } from '@/lib/channel/rooms';
import { texts } from '@/lib/texts';

interface BotPickerProps {
  readonly channel: string;
  readonly chosen: string | null;
  readonly onChoose: (bot: string | null) => void;
}

export function BotPicker({ channel, chosen, onChoose }: BotPickerProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const bots = useBots((store) => store.bots);
  const channelBot = useRoom(channel, (state) => state.card?.bot ?? null);
  const current = bots.find((bot) => bot.card.name === chosen);
  const choose = (bot: string | null): void => {
    onChoose(bot);
    setAnchor(null);
  };
  return (
    <>
      <Button
        size="small"
        color="inherit"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-label={texts.composer.who(chosen ?? texts.composer.everybody)}
        startIcon={
          current && (
            <Face name={current.card.name} avatar={current.card.avatar} awake={current.awake} size={22} />
          )
        }
        endIcon={<ChevronIcon />}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ flexShrink: 0, maxWidth: '60%', px: 1.5, whiteSpace: 'nowrap' }}
      >
        {chosen ?? texts.composer.everybody}
      </Button>
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'top', horizontal: 'left' }}
        transformOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        // Inside the landmark of the page.
        disablePortal
      >
        <MenuItem
          role="menuitemradio"
          aria-checked={chosen === null}
          selected={chosen === null}
          onClick={() => choose(null)}
        >
          <ListItemText
            primary={texts.composer.everybody}
            secondary={
              channelBot === null ? texts.composer.everybodyHint : texts.composer.channelBot(channelBot)
            }
          />
        </MenuItem>
        <Divider component="li" aria-hidden="true" />
        {bots.map((bot) => (
          <MenuItem
            key={bot.card.name}
            role="menuitemradio"
            aria-checked={chosen === bot.card.name}
            selected={chosen === bot.card.name}
            onClick={() => choose(bot.card.name)}
          >
            <ListItemIcon sx={{ marginInlineEnd: 1.5 }}>
              <Face name={bot.card.name} avatar={bot.card.avatar} awake={bot.awake} size={32} />
            </ListItemIcon>
            <ListItemText primary={bot.card.name} secondary={describe(bot)} />
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}

function describe(bot: BotStatus): string {
  const { subreddit } = bot.card;
  return subreddit === null ? stateInWords(bot) : texts.composer.raisedOn(subreddit, stateInWords(bot));
}

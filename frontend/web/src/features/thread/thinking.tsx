// A bot that has not said anything yet: three grains, pecked one after the other.
import { keyframes, styled } from '@mui/material/styles';
import type { BotStatus } from '@/contracts/generated';
import { texts } from '@/lib/texts';

const peck = keyframes({
  '0%, 60%, 100%': { transform: 'translateY(0)', opacity: 0.45 },
  '30%': { transform: 'translateY(-5px)', opacity: 1 },
});

const Waiting = styled('p')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: theme.spacing(1.25),
  margin: 0,
  lineHeight: 1.55,
  color: (theme.vars ?? theme).palette.text.secondary,
}));
const Grains = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  gap: 5,
  '& i': {
    width: 7,
    height: 9,
    borderRadius: '50% 50% 50% 50% / 60% 60% 40% 40%',
    background: (theme.vars ?? theme).palette.straw,
    animation: `${peck} 1.2s infinite ease-in-out`,
  },
  '& i:nth-of-type(2)': { animationDelay: '0.18s' },
  '& i:nth-of-type(3)': { animationDelay: '0.36s' },
}));

export function Thinking({ sender, bot }: { sender: string; bot: BotStatus | undefined }) {
  if (bot?.awake === false) return <Waiting>💤 {texts.message.willAnswer(sender)}</Waiting>;
  return (
    <Waiting>
      <Grains aria-hidden="true">
        <i />
        <i />
        <i />
      </Grains>
      {bot?.state === 'loading' ? texts.message.loading(sender) : texts.message.thinking(sender)}
    </Waiting>
  );
}

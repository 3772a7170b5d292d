// Says calmly that all bots sleep, or the one that was chosen; that questions wait; and when they were last awake.
import { styled } from '@mui/material/styles';
import type { BotStatus } from '@/contracts/generated';
import { useBots } from '@/lib/bots';
import { useDraft } from '@/lib/drafts';
import { MINUTE_MS, timeAgo } from '@/lib/moments';
import { useNow } from '@/lib/now';
import { texts } from '@/lib/texts';

const Blanket = styled('div')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    display: 'flex',
    gap: theme.spacing(1.5),
    alignItems: 'center',
    padding: theme.spacing(1, 2.5),
    background: palette.raised,
    borderBottom: `1px solid ${palette.divider}`,
    fontSize: '0.9rem',
    lineHeight: 1.4,
    '& p': { margin: 0 },
    '& span': { color: palette.text.secondary },
  };
});

export function AsleepBanner({ channel }: { channel: string }) {
  const { known, bots } = useBots();
  const { bot } = useDraft(channel);
  const now = useNow(MINUTE_MS);
  if (!known) return null;
  const sleeping = concerned(bots, bot);
  if (bots.length > 0 && sleeping.length === 0) return null;
  const lastAwakeAt = Math.max(0, ...sleeping.map((each) => each.lastAwakeAt));
  return (
    <Blanket role="status">
      <div aria-hidden="true">💤</div>
      <p>
        <strong>{headline(sleeping)}.</strong>{' '}
        <span>
          {bots.length === 0 ? texts.bots.noneExplained : texts.bots.explained}{' '}
          {lastAwakeAt > 0 && texts.bots.lastAwake(timeAgo(lastAwakeAt, now))}
        </span>
      </p>
    </Blanket>
  );
}

/** All bots when all sleep, else the chosen one when it sleeps. */
function concerned(bots: readonly BotStatus[], chosen: string | null): readonly BotStatus[] {
  const sleeping = bots.filter((bot) => !bot.awake);
  return sleeping.length === bots.length ? sleeping : sleeping.filter((bot) => bot.card.name === chosen);
}

function headline(sleeping: readonly BotStatus[]): string {
  const [first, second] = sleeping;
  if (first === undefined) return texts.bots.none;
  return second === undefined ? texts.bots.sleeps(first.card.name) : texts.bots.allSleep;
}

// The thread: a virtual list with the newest at the bottom that loads older pages as one goes up.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect, useMemo, useRef } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import { useShallow } from 'zustand/react/shallow';
import { DownIcon } from '@/components/icons';
import { useRoom } from '@/lib/channel/rooms';
import { texts } from '@/lib/texts';
import { Announcer } from './announcer';
import { heldBack, rowsOf, type Row } from './rows';
import { ThreadRow } from './thread-row';
import { ThreadEnd, ThreadStart } from './thread-ends';
import { useBottom, type Bottom } from './use-bottom';
import { useJump } from './use-jump';
import { useOlder } from './use-older';
import { useUnseen } from './use-unseen';

/** A virtual list counts down from here when rows come in above. */
const FIRST_INDEX = 10_000_000;
/** With less above, rows of a page that comes in are measured too late, and the view jumps. */
const DRAWN_BEYOND_PX = { top: 1200, bottom: 600 };
/** Older pages are asked for this early: the list moves when its very first row is drawn and measured. */
const AHEAD_ROWS = 30;

const Frame = styled('div')({ position: 'relative', flex: 1, minHeight: 0 });
const ToNewest = styled(Button)({
  position: 'absolute',
  bottom: 12,
  left: '50%',
  transform: 'translateX(-50%)',
});

export function Thread({ channel }: { channel: string }) {
  const shown = useRoom(
    channel,
    useShallow(({ messages, later, looks, order, floor, you, outgoing, sentAs }) => ({
      messages,
      later,
      looks,
      order,
      floor,
      you,
      outgoing,
      sentAs,
    })),
  );
  const prepended = useRoom(channel, (state) => state.prepended);
  const rows = useMemo(() => rowsOf(shown), [shown]);
  const list = useRef<VirtuosoHandle>(null);
  const firstIndex = FIRST_INDEX - prepended + heldBack(shown);
  const bottom = useBottom();
  const unseen = useUnseen(rows.length + heldBack(shown) - prepended, bottom.held);
  const [flashing, jumpTo] = useJump(rows, list, bottom.release);
  const older = useOlder(channel, bottom.scroller);
  useHoldOnSend(rows, bottom);

  return (
    <Frame>
      <Virtuoso<Row, unknown>
        ref={list}
        data={rows as Row[]}
        role="log"
        aria-live="off"
        aria-label={texts.channel.thread(channel)}
        firstItemIndex={firstIndex}
        initialTopMostItemIndex={{ index: 'LAST', align: 'end' }}
        computeItemKey={(_index, row) => row.key}
        scrollerRef={bottom.onScroller}
        totalListHeightChanged={bottom.onHeight}
        startReached={older.load}
        rangeChanged={({ startIndex }) => {
          if (startIndex < firstIndex + AHEAD_ROWS) older.load();
        }}
        increaseViewportBy={DRAWN_BEYOND_PX}
        alignToBottom
        context={{ channel, older }}
        components={{ Header: ThreadStart, Footer: ThreadEnd }}
        itemContent={(_index, row) => (
          <ThreadRow channel={channel} row={row} flashing={flashing === row.key} onJump={jumpTo} />
        )}
      />
      {!bottom.held && (
        <ToNewest variant="contained" size="small" startIcon={<DownIcon />} onClick={bottom.hold}>
          {unseen > 0 ? texts.channel.newMessages(unseen) : texts.channel.toNewest}
        </ToNewest>
      )}
      <Announcer channel={channel} />
    </Frame>
  );
}

/** What I send is shown to me. */
function useHoldOnSend(rows: readonly Row[], { hold }: Bottom): void {
  const last = rows.at(-1);
  const sent = last?.kind === 'outgoing' ? last.key : undefined;
  useEffect(() => {
    if (sent !== undefined) hold();
  }, [sent, hold]);
}

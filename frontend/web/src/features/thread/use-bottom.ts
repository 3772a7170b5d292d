// Keeps the newest in sight while rows come and grow, until the reader goes up.
import { useCallback, useEffect, useRef, useState } from 'react';

/** Closer than this counts as being at the bottom. */
const NEAR_PX = 60;
/** A list that measures its rows moves up too; only a movement this soon after a hand's is the reader's. */
const HAND_MS = 1_000;
const HANDS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

export interface Bottom {
  /** Whether the newest is in sight and stays there. */
  readonly held: boolean;
  readonly hold: () => void;
  readonly release: () => void;
  readonly scroller: HTMLElement | null;
  readonly onScroller: (element: HTMLElement | Window | null) => void;
  readonly onHeight: () => void;
}

export function useBottom(): Bottom {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [held, setHeld] = useState(true);
  const wanted = useRef(true);

  const goDown = useCallback(() => {
    if (scroller !== null && wanted.current) scroller.scrollTo({ top: scroller.scrollHeight });
  }, [scroller]);
  const want = useCallback((wish: boolean) => {
    wanted.current = wish;
    setHeld(wish);
  }, []);
  const hold = useCallback(() => {
    want(true);
    goDown();
  }, [want, goDown]);
  const release = useCallback(() => want(false), [want]);
  const onScroller = useCallback((element: HTMLElement | Window | null) => {
    setScroller(element instanceof HTMLElement ? element : null);
  }, []);

  useEffect(() => {
    if (scroller === null) return;
    // The room shrinks when a keyboard or a second line of text appears.
    const resized = new ResizeObserver(goDown);
    resized.observe(scroller);
    const stopWatching = watch(scroller, want);
    return () => {
      resized.disconnect();
      stopWatching();
    };
  }, [scroller, goDown, want]);
  return { held, hold, release, scroller, onScroller, onHeight: goDown };
}

/** Tells when the reader leaves the bottom and when the bottom is reached. */
function watch(scroller: HTMLElement, want: (wish: boolean) => void): () => void {
  let lastTop = scroller.scrollTop;
  let handAt = -Infinity;
  const onHand = (): void => {
    handAt = performance.now();
  };
  const onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) want(true);
    else if (scrollTop < lastTop && performance.now() - handAt < HAND_MS) want(false);
    lastTop = scrollTop;
  };
  for (const hand of HANDS) scroller.addEventListener(hand, onHand, { passive: true });
  scroller.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    for (const hand of HANDS) scroller.removeEventListener(hand, onHand);
    scroller.removeEventListener('scroll', onScroll);
  };
}

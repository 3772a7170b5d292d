// Loads the page above, one at a time, and says when it did not come.
import { useCallback, useRef, useState } from 'react';
import { useRoom } from '@/lib/channel/rooms';
import { loadOlder } from '@/lib/channel/visit';
import { atRest } from './at-rest';

export interface Older {
  readonly state: 'complete' | 'idle' | 'loading' | 'failed';
  readonly load: () => void;
}

export function useOlder(channel: string, scroller: HTMLElement | null): Older {
  const complete = useRoom(channel, (state) => state.floor === 0);
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const loading = useRef(false);
  const load = useCallback(() => {
    if (loading.current || complete) return;
    loading.current = true;
    setState('loading');
    void loadOlder(channel, () => atRest(scroller)).then((answered) => {
      loading.current = false;
      setState(answered ? 'idle' : 'failed');
    });
  }, [channel, complete, scroller]);
  return { state: complete ? 'complete' : state, load };
}

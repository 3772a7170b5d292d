// Tells the channel that I am writing, now and then and not at every key.
import { useCallback, useRef } from 'react';
import { call } from '@/lib/hub';

const EVERY_MS = 3_000;

export function useTypingSignal(channel: string): () => void {
  const lastMs = useRef(0);
  return useCallback(() => {
    const now = Date.now();
    if (now - lastMs.current < EVERY_MS) return;
    lastMs.current = now;
    void call('Typing', { channel });
  }, [channel]);
}

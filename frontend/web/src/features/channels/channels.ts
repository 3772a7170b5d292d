// The list of channels: asked for when the connection is there, kept current by what the hub says.
import { useEffect, useState } from 'react';
import type { ChannelCard } from '@/contracts/generated';
import { listChannels } from '@/lib/api';
import { listen, useConnection } from '@/lib/hub';

interface Channels {
  readonly channels: readonly ChannelCard[];
  readonly failed: boolean;
}

export function useChannels(): Channels {
  const [known, setKnown] = useState<Channels>({ channels: [], failed: false });
  const online = useConnection((store) => store.state === 'online');
  useEffect(() => {
    if (!online) return;
    let left = false;
    listChannels().then(
      (channels) => !left && setKnown({ channels, failed: false }),
      () => !left && setKnown(({ channels }) => ({ channels, failed: channels.length === 0 })),
    );
    return () => {
      left = true;
    };
  }, [online]);
  useEffect(
    () =>
      listen({
        ChannelChanged: ({ channel }) =>
          setKnown(({ channels }) => ({ channels: withCard(channels, channel), failed: false })),
        // A channel that closed its doors is gone for all but its members: which of them this is, the hub knows.
        ChannelGone: () =>
          void listChannels().then(
            (channels) => setKnown({ channels, failed: false }),
            () => setKnown(({ channels }) => ({ channels, failed: true })),
          ),
      }),
    [],
  );
  return known;
}

function withCard(channels: readonly ChannelCard[], card: ChannelCard): readonly ChannelCard[] {
  const others = channels.filter((each) => each.name !== card.name);
  return [...others, card].toSorted((a, b) => a.name.localeCompare(b.name));
}

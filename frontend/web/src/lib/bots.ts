// All bots and whether they are awake.
import { create } from 'zustand';
import type { BotStatus } from '@/contracts/generated';

interface BotsStore {
  readonly known: boolean;
  readonly bots: readonly BotStatus[];
}

export const useBots = create<BotsStore>()(() => ({ known: false, bots: [] }));

export function setBots(bots: readonly BotStatus[]): void {
  useBots.setState({ known: true, bots });
}

export function useBot(name: string | null): BotStatus | undefined {
  return useBots((store) => store.bots.find((bot) => bot.card.name === name));
}

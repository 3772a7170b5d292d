// All bots, whether they are awake, and how soon they can begin.
import { create } from 'zustand';
import type { BotStatus } from '@/contracts/generated';
import { texts } from './texts';

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

/** In a word or three: asleep, or how soon it can begin. */
export function stateInWords({ awake, state }: BotStatus): string {
  return awake ? texts.around.states[state] : texts.around.asleep;
}

// The channels that were visited since the page was opened, each as a folded state.
import { create } from 'zustand';
import type { Message } from '@/contracts/generated';
import { emptyChannel, reduce, type ChannelEvent, type ChannelState } from '@/lib/channel/state';

interface Rooms {
  readonly rooms: Readonly<Record<string, ChannelState>>;
}

export const useRooms = create<Rooms>()(() => ({ rooms: {} }));

export function room(name: string): ChannelState {
  return useRooms.getState().rooms[name] ?? emptyChannel(name);
}

export function dispatch(name: string, event: ChannelEvent): void {
  useRooms.setState(({ rooms }) => ({
    rooms: { ...rooms, [name]: reduce(rooms[name] ?? emptyChannel(name), event) },
  }));
}

export function forgetRooms(): void {
  useRooms.setState({ rooms: {} });
}

const nowhere = emptyChannel('');

export function useRoom<T>(name: string, select: (state: ChannelState) => T): T {
  return useRooms((store) => select(store.rooms[name] ?? nowhere));
}

export function useMessage(name: string, commentId: number | null): Message | undefined {
  return useRoom(name, (state) => (commentId === null ? undefined : state.messages.get(commentId)));
}

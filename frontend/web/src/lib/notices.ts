// Short sentences that appear for a moment at the bottom of the page.
import { create } from 'zustand';

export interface Notice {
  readonly id: number;
  readonly text: string;
}

export const useNotices = create<{ readonly notices: readonly Notice[] }>()(() => ({ notices: [] }));

let lastId = 0;

export function notify(text: string): void {
  lastId += 1;
  const notice = { id: lastId, text };
  useNotices.setState(({ notices }) => ({ notices: [...notices, notice] }));
}

export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

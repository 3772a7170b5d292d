// Times as people say them.
import { texts } from '@/lib/texts';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'medium' });
const dayOfYear = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfAge = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function timeOfDay(ms: number): string {
  return clock.format(ms);
}

export function fullTime(ms: number): string {
  return full.format(ms);
}

export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

export function dayName(ms: number, nowMs = Date.now()): string {
  if (sameDay(ms, nowMs)) return texts.time.today;
  if (sameDay(ms, nowMs - DAY_MS)) return texts.time.yesterday;
  return (new Date(ms).getFullYear() === new Date(nowMs).getFullYear() ? dayOfYear : dayOfAge).format(ms);
}

/** Such as "5 minutes ago". */
export function timeAgo(ms: number, nowMs: number): string {
  const passed = nowMs - ms;
  if (passed < MINUTE_MS) return texts.time.justNow;
  if (passed < HOUR_MS) return relative.format(-Math.floor(passed / MINUTE_MS), 'minute');
  if (passed < DAY_MS) return relative.format(-Math.floor(passed / HOUR_MS), 'hour');
  return relative.format(-Math.floor(passed / DAY_MS), 'day');
}

/** Such as "85 ms" or "3.2 s". */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

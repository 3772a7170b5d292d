// Reads the golden messages that the Python tests read too.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Message, Wire } from '@/contracts/generated';

export function golden<K extends keyof Wire>(name: K): Wire[K] {
  const file = resolve(import.meta.dirname, '../../../tests/golden/wire', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Wire[K];
}

export function message(change: Partial<Message>): Message {
  return { ...golden('Message'), alternativeOf: null, ...change };
}

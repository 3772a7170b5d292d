// Being in a channel over a real Socket.IO connection: gaps close, returns catch up, nothing I wrote is lost.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgetRooms, room } from '@/lib/channel/rooms';
import { speak } from '@/lib/channel/speak';
import { shownMessages } from '@/lib/channel/state';
import { visit } from '@/lib/channel/visit';
import { connectHub, useConnection } from '@/lib/hub';
import { enter, useSession } from '@/lib/session';
import { golden } from './golden';
import { SmallHub } from './server';

const CHANNEL = 'CoopAndPabloPlayHouse';
const PATIENCE = { timeout: 8_000 };
const draft = { text: 'hello', topic: 'General', bot: null, parentId: null };

let hub: SmallHub;
let endings: (() => unknown)[];

beforeEach(async () => {
  hub = new SmallHub();
  await hub.start();
  endings = [];
});

afterEach(async () => {
  for (const end of endings.toReversed()) end();
  forgetRooms();
  await hub.stop();
});

function comeIn(): void {
  endings.push(connectHub(), visit(CHANNEL));
}

function shownTexts(): string[] {
  return shownMessages(room(CHANNEL)).map((each) => each.text);
}

async function shows(...texts: string[]): Promise<void> {
  await vi.waitFor(() => expect(shownTexts()).toEqual(texts), PATIENCE);
}

test('who comes in sees what was said before and hears what is said after', async () => {
  hub.say({ text: 'before' });
  comeIn();
  await shows('before');
  hub.say({ text: 'after' });
  await shows('before', 'after');
  expect(hub.asked).toEqual([]);
});

test('a lost broadcast is noticed by the next one and fetched', async () => {
  hub.say({ text: 'first' });
  comeIn();
  await shows('first');
  hub.say({ text: 'lost' }, { heard: false });
  hub.say({ text: 'heard' });
  await shows('first', 'lost', 'heard');
  expect(hub.asked).toEqual([expect.objectContaining({ after: 1 })]);
});

test('who comes back after a broken line holds what a fresh load would show', async () => {
  hub.say({ text: 'first' });
  comeIn();
  await shows('first');
  hub.breakLines();
  hub.say({ text: 'missed' });
  hub.say({ commentId: 1, text: 'first, changed' });
  await shows('first, changed', 'missed');
});

test('who missed more than one page loads afresh', async () => {
  hub.say({ text: 'first' });
  comeIn();
  await shows('first');
  hub.breakLines();
  for (let n = 0; n < 250; n += 1) hub.say({ text: `missed ${n}` });
  await vi.waitFor(() => expect(shownTexts().at(-1)).toBe('missed 249'), PATIENCE);
  expect(shownTexts()).toHaveLength(50);
  expect(room(CHANNEL).contiguous).toBe(251);
});

test('a message without acknowledgement goes out again under the same clientId', async () => {
  comeIn();
  await vi.waitFor(() => expect(room(CHANNEL).joined).toBe(true), PATIENCE);
  hub.deaf = true;
  speak(CHANNEL, draft);
  await vi.waitFor(() => expect(hub.sent).toHaveLength(1), PATIENCE);
  hub.deaf = false;
  hub.breakLines();
  await vi.waitFor(() => expect(hub.sent).toHaveLength(2), PATIENCE);
  expect(hub.sent[1]?.clientId).toBe(hub.sent[0]?.clientId);
  await shows('hello');
  await vi.waitFor(() => expect(room(CHANNEL).outgoing).toEqual([]), PATIENCE);
});

test('what is written without a connection is kept and sent on return', async () => {
  comeIn();
  await vi.waitFor(() => expect(room(CHANNEL).joined).toBe(true), PATIENCE);
  hub.breakLines();
  await vi.waitFor(() => expect(useConnection.getState().state).toBe('offline'), PATIENCE);
  speak(CHANNEL, draft);
  expect(room(CHANNEL).outgoing).toEqual([expect.objectContaining({ text: 'hello', failure: null })]);
  await shows('hello');
});

test('a refusal keeps the text and the reason', async () => {
  comeIn();
  await vi.waitFor(() => expect(room(CHANNEL).joined).toBe(true), PATIENCE);
  hub.refuses = true;
  speak(CHANNEL, draft);
  await vi.waitFor(
    () => expect(room(CHANNEL).outgoing[0]?.failure?.code).toBe('storage_unavailable'),
    PATIENCE,
  );
  expect(room(CHANNEL).outgoing[0]?.text).toBe('hello');
});

const session = { ...golden('Session'), expiresAt: Date.now() + 900_000 };
const UNAUTHORIZED = { code: 'unauthorized', detail: 'This session has ended.' };

test('a session that has ended leads to the door', async () => {
  hub.turnsAway = Infinity;
  hub.reply('POST /api/sessions/refresh', 401, UNAUTHORIZED);
  enter(session);
  endings.push(connectHub());
  const outside = { session: null, checking: false, problem: 'expired' };
  await vi.waitFor(() => expect(useSession.getState()).toEqual(outside), PATIENCE);
  expect(localStorage).toHaveLength(0);
});

test('a token that has run out is renewed without a visible seam', async () => {
  hub.turnsAway = 1;
  hub.reply('POST /api/sessions/refresh', 200, session);
  enter(session);
  comeIn();
  hub.say({ text: 'hello' });
  await shows('hello');
  expect(hub.heard('POST /api/sessions/refresh')).toEqual([{}]);
  expect(useSession.getState().session?.name).toBe(session.name);
});

test('who comes too often is let in a little later', async () => {
  hub.say({ text: 'before' });
  hub.shut = { code: 'too_many_requests', message: 'Too much.', retryAfterS: 1 };
  comeIn();
  await vi.waitFor(() => expect(room(CHANNEL).problem).not.toBeNull(), PATIENCE);
  hub.shut = null;
  await shows('before');
});

test.each(['forbidden', 'unknown_channel'] as const)(
  'of a channel that is %s nothing stays',
  async (code) => {
    hub.say({ text: 'before' });
    comeIn();
    await shows('before');
    hub.shut = { code, message: 'You are banned from this channel.', retryAfterS: null };
    hub.tellGone();
    await shows();
    expect(room(CHANNEL)).toMatchObject({ joined: false, problem: { code } });
  },
);

test('a channel that closed its doors to others goes on for its members', async () => {
  hub.say({ text: 'before' });
  comeIn();
  await shows('before');
  hub.tellGone();
  hub.say({ text: 'after' });
  await shows('before', 'after');
});

// What I send is shown once, at once, in one row, and stays until the hub has it.
import { describe, expect, test } from 'vitest';
import {
  emptyChannel,
  reduce,
  type ChannelEvent,
  type ChannelState,
  type Outgoing,
} from '@/lib/channel/state';
import { rowsOf } from '@/features/thread/rows';
import { golden } from './golden';

const posted = golden('Posted');
const mine: Outgoing = {
  clientId: 'client-0001',
  text: posted.message.text,
  topic: posted.message.topic,
  bot: null,
  parentId: null,
  sentAt: posted.message.sentAt,
  after: 0,
  failure: null,
};
const failure = { code: 'storage_unavailable', message: 'Not now.' } as const;
const joined = { ...golden('Joined'), page: { ...golden('Page'), messages: [], revision: 40 } };
const start = reduce(emptyChannel('CoopAndPabloPlayHouse'), { type: 'joined', joined });

function after(...events: ChannelEvent[]): ChannelState {
  return events.reduce(reduce, start);
}

const sending: ChannelEvent = { type: 'sending', outgoing: mine };
const acknowledged: ChannelEvent = { type: 'posted', clientId: mine.clientId, posted };
const broadcast: ChannelEvent = { type: 'messages', messages: [posted.message, ...posted.answers] };

function keys(state: ChannelState): string[] {
  return rowsOf(state).map((row) => row.key);
}

describe('a message of mine', () => {
  test('is one and the same row before the hub has it, when it is heard, and when it is acknowledged', () => {
    const answer = String(posted.answers[0]?.commentId);
    expect(keys(after(sending))).toEqual([mine.clientId]);
    expect(keys(after(sending, broadcast))).toEqual([mine.clientId, answer]);
    expect(keys(after(sending, broadcast, acknowledged))).toEqual([mine.clientId, answer]);
    expect(keys(after(sending, acknowledged, broadcast))).toEqual([mine.clientId, answer]);
  });

  test('that failed stays, with the reason, until it is sent again or taken back', () => {
    const failed = after(sending, { type: 'notSent', clientId: mine.clientId, failure });
    expect(failed.outgoing).toEqual([{ ...mine, failure }]);
    expect(reduce(failed, sending).outgoing).toEqual([mine]);
    expect(reduce(failed, { type: 'discarded', clientId: mine.clientId }).outgoing).toEqual([]);
  });

  test('said twice with the same words is two rows', () => {
    const second = { ...mine, clientId: 'client-0002', after: posted.message.commentId };
    expect(keys(after(sending, acknowledged, { type: 'sending', outgoing: second }))).toHaveLength(3);
  });

  test('survives a fresh load of the channel', () => {
    expect(after(sending, { type: 'fresh', page: golden('Page') }).outgoing).toEqual([mine]);
  });
});

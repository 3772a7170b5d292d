// Writing: what the keys do, what is refused before it is sent, who answers, what is replied to.
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { Composer } from '@/features/composer/composer';
import { setBots } from '@/lib/bots';
import { dispatch, forgetRooms, room } from '@/lib/channel/rooms';
import { forgetDrafts, startReply } from '@/lib/drafts';
import { golden, message } from './golden';

const CHANNEL = 'CoopAndPabloPlayHouse';

beforeEach(() => {
  forgetRooms();
  forgetDrafts();
  setBots(golden('BotStatuses').bots);
  dispatch(CHANNEL, { type: 'joined', joined: golden('Joined') });
  render(<Composer channel={CHANNEL} />);
});

const field = (): HTMLElement => screen.getByRole('textbox', { name: 'Your message' });
const sent = () => room(CHANNEL).outgoing;

test('Enter sends and empties the field; Shift and Enter make a new line', async () => {
  await userEvent.type(field(), 'one{Shift>}{Enter}{/Shift}two{Enter}');
  expect(sent()).toEqual([expect.objectContaining({ text: 'one\ntwo', parentId: null, bot: null })]);
  expect(field()).toHaveValue('');
});

test('nothing but spaces is not sent', async () => {
  await userEvent.type(field(), '   {Enter}');
  expect(sent()).toEqual([]);
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
});

test('a text that is too long is told before it is sent, by code points as the hub counts', async () => {
  await userEvent.click(field());
  await userEvent.paste('🐔'.repeat(40_001));
  expect(screen.getByRole('status')).toHaveTextContent('1 character too long');
  await userEvent.keyboard('{Enter}');
  expect(sent()).toEqual([]);
  await userEvent.clear(field());
  await userEvent.paste('🐔'.repeat(40_000));
  expect(screen.getByRole('status')).toHaveTextContent('0 characters left');
  await userEvent.keyboard('{Enter}');
  expect(sent()).toHaveLength(1);
});

test('a chosen bot is asked, under its own topic', async () => {
  const bot = golden('BotStatuses').bots[0]?.card;
  await userEvent.click(screen.getByRole('button', { name: /choose who answers/ }));
  await userEvent.click(screen.getByRole('menuitemradio', { name: new RegExp(bot?.name ?? '') }));
  await userEvent.type(field(), 'hello{Enter}');
  expect(sent()).toEqual([expect.objectContaining({ bot: bot?.name, topic: bot?.defaultTopic })]);
});

test('a topic of my own goes with the message', async () => {
  await userEvent.type(screen.getByRole('textbox', { name: 'Topic' }), 'Bread');
  await userEvent.type(field(), 'rye{Enter}');
  expect(sent()[0]?.topic).toBe('Bread');
});

test('a reply names its message, asks its bot, and can be let go', async () => {
  startReply(CHANNEL, message({ commentId: 7, sender: 'CoopBot', isBot: true, topic: 'Eggs' }));
  await userEvent.type(field(), 'why?{Enter}');
  expect(sent()).toEqual([expect.objectContaining({ parentId: 7, bot: 'CoopBot', topic: 'Eggs' })]);
  startReply(CHANNEL, message({ commentId: 8, sender: 'bob', isBot: false }));
  await userEvent.click(await screen.findByRole('button', { name: 'Do not reply to this message' }));
  expect(screen.queryByText('Replying to bob')).toBeNull();
});

// Each state of a bot's answer is told in words, and only who asked can stop it.
import { act, render, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BotStatus, Message } from '@/contracts/generated';
import { dispatch, forgetRooms } from '@/lib/channel/rooms';
import { setBots } from '@/lib/bots';
import { MessageRow } from '@/features/thread/message-row';
import { golden, message } from './golden';

const CHANNEL = 'CoopAndPabloPlayHouse';
const question = message({ commentId: 1, sender: 'alice', isBot: false, text: 'Hello?' });
const [coop] = golden('BotStatuses').bots;

beforeEach(() => {
  forgetRooms();
  const page = { ...golden('Page'), messages: [question] };
  dispatch(CHANNEL, { type: 'joined', joined: { ...golden('Joined'), you: 'alice', page } });
});

function showAnswer(change: Partial<Message>): HTMLElement {
  const answer = message({
    commentId: 2,
    sender: 'CoopBot',
    isBot: true,
    isThinking: false,
    parentId: 1,
    text: '',
    images: [],
    usage: null,
    error: null,
    progress: null,
    ...change,
  });
  render(
    <MessageRow channel={CHANNEL} message={answer} grouped={false} quotes={false} onJump={() => undefined} />,
  );
  return screen.getByRole('article', { name: /CoopBot/ });
}

function botIs(awake: boolean, state: BotStatus['state'] = 'warm'): void {
  if (coop !== undefined) setBots([{ ...coop, card: { ...coop.card, name: 'CoopBot' }, awake, state }]);
}

describe('an answer', () => {
  test('that is thought about says so and can be stopped by who asked', () => {
    botIs(true);
    const row = showAnswer({ isThinking: true });
    expect(row).toHaveTextContent('CoopBot is thinking…');
    expect(within(row).getByRole('button', { name: 'Stop' })).toBeVisible();
  });

  test('cannot be stopped by somebody else', () => {
    const page = { ...golden('Page'), messages: [question] };
    dispatch(CHANNEL, { type: 'joined', joined: { ...golden('Joined'), you: 'bob', page } });
    expect(within(showAnswer({ isThinking: true })).queryByRole('button', { name: 'Stop' })).toBeNull();
  });

  test('of a sleeping bot is promised for when it wakes', () => {
    botIs(false);
    expect(showAnswer({ isThinking: true })).toHaveTextContent(
      'CoopBot is asleep and answers when it wakes.',
    );
  });

  test('of a bot whose model is not there yet says that it is being loaded', () => {
    botIs(true, 'loading');
    expect(showAnswer({ isThinking: true })).toHaveTextContent('CoopBot is loading its model…');
    act(() => botIs(true, 'busy'));
    expect(screen.getByRole('article', { name: /CoopBot/ })).toHaveTextContent('CoopBot is thinking…');
  });

  test('shows what has been said so far', async () => {
    const row = showAnswer({ isThinking: true, text: 'Hens love' });
    expect(await within(row).findByText('Hens love')).toBeVisible();
    expect(row).not.toHaveTextContent('thinking');
  });

  test('that is painted shows the step and the picture so far', () => {
    const preview = 'data:image/png;base64,AAAA';
    const row = showAnswer({ isThinking: true, progress: { step: 5, steps: 20, preview } });
    expect(within(row).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
    expect(within(row).getByRole('img', { name: 'The picture so far' })).toHaveAttribute('src', preview);
    expect(row).toHaveTextContent('Step 5 of 20');
  });

  test('with a picture keeps its room and describes it', () => {
    const name = `${'a'.repeat(64)}.png`;
    const row = showAnswer({
      images: [{ name, width: 256, height: 128, alt: 'a red ball', thumbnail: null }],
    });
    const picture = within(row).getByRole('img', { name: 'a red ball' });
    expect(picture).toHaveAttribute('src', `/images/${name}`);
    expect(picture).toHaveAttribute('width', '256');
    expect(picture).toHaveAttribute('height', '128');
  });

  test('with pictures shows small ones, each of which opens the whole one', () => {
    const images = ['a', 'b', 'c', 'd'].map((letter) => ({
      name: `${letter.repeat(64)}.png`,
      thumbnail: letter === 'd' ? null : `${letter.repeat(64)}.webp`,
      width: 1024,
      height: 768,
      alt: `hen ${letter}`,
    }));
    const row = showAnswer({ images });
    for (const image of images) {
      const picture = within(row).getByRole('img', { name: image.alt });
      expect(picture).toHaveAttribute('src', `/images/${image.thumbnail ?? image.name}`);
      expect(picture).toHaveAttribute('width', '256');
      expect(picture).toHaveAttribute('height', '192');
      const link = within(row).getByRole('link', { name: image.alt });
      expect(link).toHaveAttribute('href', `/images/${image.name}`);
    }
  });

  test('that failed says why in a sentence, with the code', () => {
    const row = showAnswer({ error: { code: 'bot_failed', message: 'It dropped its brush.' } });
    expect(row).toHaveTextContent('It dropped its brush.');
    expect(row).toHaveTextContent('Code: bot_failed');
  });

  test('that was stopped keeps what had been said', async () => {
    const row = showAnswer({ text: 'Half of', error: { code: 'stopped', message: 'x' } });
    expect(await within(row).findByText('Half of')).toBeVisible();
    expect(row).toHaveTextContent('Stopped.');
  });

  test('that was deleted says no more than that, and cannot be answered', () => {
    const row = showAnswer({ deletedAt: 1_790_000_000_000 });
    expect(row).toHaveTextContent(/Deleted\.$/);
    expect(within(row).queryByRole('button')).toBeNull();
  });

  test('tells how it was made', () => {
    const row = showAnswer({
      text: 'Hens.',
      usage: golden('Joined').page.messages[1]?.usage ?? null,
      prompt: '<|soss|>',
    });
    expect(within(row).getByText('How this was made')).toBeVisible();
    expect(within(row).getByText('CoopBot@1a2b3c4d')).toBeInTheDocument();
    expect(within(row).getByText('<|soss|>')).toBeInTheDocument();
  });
});

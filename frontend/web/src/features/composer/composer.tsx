// Where one writes: the text, who shall answer, and under which topic.
import IconButton from '@mui/material/IconButton';
import InputBase from '@mui/material/InputBase';
import { styled } from '@mui/material/styles';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { SendIcon } from '@/components/icons';
import { Unseen } from '@/components/unseen';
import { useBot } from '@/lib/bots';
import { useRoom } from '@/lib/channel/rooms';
import { speak } from '@/lib/channel/speak';
import { changeDraft, useDraft } from '@/lib/drafts';
import { codePoints, TEXT_LIMIT, TOPIC_LIMIT } from '@/lib/limits';
import { texts } from '@/lib/texts';
import { BotPicker } from './bot-picker';
import { Replying } from './replying';
import { TopicField } from './topic-field';
import { useTypingSignal } from './typing-signal';

/** From here on the writer is told how much is left. */
const WARN_BELOW = 2_000;

const Desk = styled('form')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    width: '100%',
    maxWidth: 'calc(50rem - 24px)',
    margin: '0 auto',
    background: palette.background.paper,
    border: `1px solid ${palette.divider}`,
    borderRadius: 20,
    padding: theme.spacing(0.75, 0.75, 0.75, 0.75),
    boxShadow: '0 6px 24px -12px rgb(60 30 10 / 0.25)',
    '&:focus-within': { borderColor: palette.primary.main },
  };
});
const Choices = styled('div')({ display: 'flex', alignItems: 'center', gap: 6, minWidth: 0 });
const Writing = styled('div')({ display: 'flex', alignItems: 'flex-end', gap: 6 });
const Hint = styled('p', { shouldForwardProp: (prop) => prop !== 'wrong' })<{ wrong: boolean }>(({
  theme,
  wrong,
}) => {
  const { palette } = theme.vars ?? theme;
  return {
    margin: theme.spacing(0.25, 1.5),
    fontSize: '0.82rem',
    color: wrong ? palette.error.main : palette.text.secondary,
  };
});
const Send = styled(IconButton)(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    width: 42,
    height: 42,
    background: palette.primary.main,
    color: palette.primary.contrastText,
    '&:hover': { background: palette.primary.dark },
    '&.Mui-disabled': { background: palette.raised, color: palette.text.secondary },
  };
});

export function Composer({ channel }: { channel: string }) {
  const { text, topic, bot, replyTo } = useDraft(channel);
  const card = useRoom(channel, (state) => state.card);
  const botCard = useBot(bot)?.card;
  const field = useRef<HTMLTextAreaElement>(null);
  const signalTyping = useTypingSignal(channel);
  useEffect(() => {
    if (replyTo !== null) field.current?.focus();
  }, [replyTo]);

  const defaultTopic = replyTo?.topic || (botCard ?? card)?.defaultTopic || '';
  const hint = lengthHint(text, topic);
  const ready = text.trim() !== '' && hint?.wrong !== true && card !== null;
  const send = (): void => {
    if (!ready) return;
    speak(channel, { text, topic: topic.trim() || defaultTopic, bot, parentId: replyTo?.commentId ?? null });
    changeDraft(channel, { text: '', replyTo: null });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a letter, Enter belongs to it.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
    if (event.key === 'Escape') changeDraft(channel, { replyTo: null });
  };
  return (
    <Desk
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {replyTo !== null && (
        <Replying message={replyTo} onCancel={() => changeDraft(channel, { replyTo: null })} />
      )}
      <Choices>
        <BotPicker channel={channel} chosen={bot} onChoose={(name) => changeDraft(channel, { bot: name })} />
        <TopicField
          value={topic}
          placeholder={defaultTopic}
          onChange={(value) => changeDraft(channel, { topic: value })}
        />
      </Choices>
      <Writing>
        <InputBase
          inputRef={field}
          id="message-field"
          multiline
          fullWidth
          maxRows={9}
          value={text}
          placeholder={
            bot === null ? texts.composer.placeholder(channel) : texts.composer.placeholderBot(bot)
          }
          onChange={(event) => {
            changeDraft(channel, { text: event.target.value });
            signalTyping();
          }}
          onKeyDown={onKeyDown}
          inputProps={{ 'aria-label': texts.composer.label, 'aria-describedby': 'message-keys', dir: 'auto' }}
          sx={{ px: 1.5, py: 1, lineHeight: 1.5 }}
        />
        <Unseen id="message-keys">{texts.composer.keys}</Unseen>
        <Send type="submit" aria-label={texts.composer.send} disabled={!ready}>
          <SendIcon />
        </Send>
      </Writing>
      {hint !== undefined && (
        <Hint role="status" wrong={hint.wrong}>
          {hint.text}
        </Hint>
      )}
    </Desk>
  );
}

function lengthHint(
  text: string,
  topic: string,
): { readonly text: string; readonly wrong: boolean } | undefined {
  if (codePoints(topic.trim()) > TOPIC_LIMIT) return { text: texts.composer.topicTooLong, wrong: true };
  // Counting code points is not worth its time for what is surely short enough.
  if (text.length < TEXT_LIMIT - WARN_BELOW) return undefined;
  const left = TEXT_LIMIT - codePoints(text);
  if (left < 0) return { text: texts.composer.tooLong(-left), wrong: true };
  return left < WARN_BELOW ? { text: texts.composer.left(left), wrong: false } : undefined;
}

// The types of the wire. Generated from contracts/schema.json by `npm run contracts`; do not edit.

/**
 * Every form that is said between processes.
 */
export interface Wire {
  AccountCard: AccountCard;
  AnswersEnded: AnswersEnded;
  BotCard: BotCard;
  BotStatus: BotStatus;
  BotStatuses: BotStatuses;
  CallError: CallError;
  ChangeAccount: ChangeAccount;
  ChannelCard: ChannelCard;
  ChannelCards: ChannelCards;
  ChannelChanged: ChannelChanged;
  Connect: Connect;
  DeleteMessage: DeleteMessage;
  Disconnect: Disconnect;
  Done: Done;
  EnterAsGuest: EnterAsGuest;
  Failed: Failed;
  Finished: Finished;
  FormError: FormError;
  Found: Found;
  Fragment: Fragment;
  GetMessage: GetMessage;
  GetMessagesForChannel: GetMessagesForChannel;
  Heartbeat: Heartbeat;
  Hit: Hit;
  Image: Image;
  Job: Job;
  Joined: Joined;
  LogIn: LogIn;
  Message: Message;
  MessageError: MessageError;
  OneMessage: OneMessage;
  Page: Page;
  'Parameters-Input': ParametersInput;
  'Parameters-Output': ParametersOutput;
  PictureProgress: PictureProgress;
  Posted: Posted;
  Presence: Presence;
  Problem: Problem;
  ProblemMeaning: ProblemMeaning;
  Progress: Progress;
  ReceiveMessage: ReceiveMessage;
  Refusal: Refusal;
  Regenerate: Regenerate;
  Register: Register;
  Reset: Reset;
  Search: Search;
  SendMessages: SendMessages;
  Session: Session;
  SomeoneTypes: SomeoneTypes;
  Started: Started;
  StopThinking: StopThinking;
  Turn: Turn;
  Typing: Typing;
  Usage: Usage;
  Vote: Vote;
  Voted: Voted;
}
/**
 * What the bearer of a token may know of the account; `shares_for_training`: bots may learn from what it wrote.
 */
export interface AccountCard {
  isGuest: boolean;
  name: string;
  sharesForTraining: boolean;
}
/**
 * Every answer to this message has ended, and so does the stream.
 */
export interface AnswersEnded {
  channel: string;
  commentId: number;
}
/**
 * What a bot is, in the engine's own words. `avatar` is an emoji.
 *
 * `safety` names the classifier that looks at its pictures before anybody else does; None where there is none.
 */
export interface BotCard {
  avatar: string;
  defaultTopic: string;
  greeting: string;
  kind: 'gpt2' | 'chat' | 'diffusion' | 'vision' | 'remote' | 'echo';
  model: string;
  name: string;
  parameters: ParametersOutput;
  pool: string;
  safety: string | null;
  subreddit: string | null;
}
/**
 * What a person may ask of a model; what is left out is the bot's own default.
 */
export interface ParametersOutput {
  count: number | null;
  guidance: number | null;
  height: number | null;
  maxNewTokens: number | null;
  negativePrompt: string | null;
  repetitionPenalty: number | null;
  seed: number | null;
  steps: number | null;
  strength: number | null;
  temperature: number | null;
  topK: number | null;
  topP: number | null;
  width: number | null;
}
/**
 * A bot's card, whether an engine that serves it is awake, and how soon it can begin there.
 *
 * `last_awake_at` in ms since 1970.
 */
export interface BotStatus {
  awake: boolean;
  card: BotCard;
  lastAwakeAt: number;
  state: 'cold' | 'loading' | 'warm' | 'busy';
}
/**
 * All bots and whether they are awake.
 */
export interface BotStatuses {
  bots: BotStatus[];
}
/**
 * A code for programs, a sentence for people; `retry_after_s`: when the same call may succeed, if that is known.
 */
export interface CallError {
  code:
    | 'bad_request'
    | 'broken_picture'
    | 'conflict'
    | 'empty_text'
    | 'forbidden'
    | 'internal'
    | 'invalid_credentials'
    | 'name_taken'
    | 'not_found'
    | 'picture_too_large'
    | 'storage_unavailable'
    | 'text_too_long'
    | 'too_many_requests'
    | 'unauthorized'
    | 'unknown_bot'
    | 'unknown_channel'
    | 'unsupported_picture';
  message: string;
  retryAfterS: number | null;
}
/**
 * `PATCH /api/account`. Agreement is true or false, and nothing that could be taken for it.
 */
export interface ChangeAccount {
  sharesForTraining: boolean;
}
/**
 * A channel as a list shows it. `bot` answers what is addressed to nobody.
 *
 * `chatter`: how much its bots say without being asked.
 */
export interface ChannelCard {
  bot: string | null;
  chatter: 'off' | 'slow' | 'lively';
  defaultTopic: string;
  description: string;
  name: string;
  title: string;
}
/**
 * The channels that one may read, in the order of their names.
 */
export interface ChannelCards {
  channels: ChannelCard[];
}
/**
 * A channel is new, or its card changed.
 */
export interface ChannelChanged {
  channel: ChannelCard;
}
/**
 * Join a channel.
 */
export interface Connect {
  channel: string;
}
/**
 * Delete a message of one's own, or a bot's answer to one.
 */
export interface DeleteMessage {
  channel: string;
  commentId: number;
}
/**
 * Leave a channel.
 */
export interface Disconnect {
  channel: string;
}
/**
 * The acknowledgement that has nothing to add.
 */
export interface Done {
  ok: true;
}
/**
 * `POST /api/guests`: a name for as long as the token lives.
 */
export interface EnterAsGuest {
  name: string;
}
/**
 * No answer, and why: a code and a friendly sentence. Terminal.
 */
export interface Failed {
  channel: string;
  code:
    | 'bad_request'
    | 'bot_failed'
    | 'expired'
    | 'model_unavailable'
    | 'out_of_memory'
    | 'stopped'
    | 'unknown_bot'
    | 'unsafe_picture';
  commentId: number;
  jobId: string;
  kind: 'failed';
  message: string;
  seq: number;
  traceparent?: string | null;
}
/**
 * The answer. A bot's own post has a title, its `topic`. Terminal.
 */
export interface Finished {
  channel: string;
  commentId: number;
  images: Image[];
  jobId: string;
  kind: 'finished';
  parameters: ParametersOutput;
  prompt: string | null;
  seq: number;
  text: string;
  topic?: string;
  traceparent?: string | null;
  usage: Usage;
}
/**
 * A picture in blob storage; its name is the SHA-256 of its bytes and the file type. Sizes in pixels.
 *
 * `thumbnail` is a small WebP of it, where there is one.
 */
export interface Image {
  alt: string;
  height: number;
  name: string;
  thumbnail: string | null;
  width: number;
}
/**
 * What an answer cost, and what is needed to make it again.
 */
export interface Usage {
  completionTokens: number | null;
  computeMs: number;
  dialect: string | null;
  model: string;
  promptTokens: number | null;
  queueMs: number;
  seed: number | null;
  tokensPerSecond: number | null;
}
/**
 * What is wrong with one field; `pointer` is a JSON Pointer into what was sent, such as `#/parameters/seed`.
 */
export interface FormError {
  detail: string;
  pointer: string;
}
/**
 * The answer to `Search`. `cursor` leads to the next page, where there is one.
 *
 * `is_complete` is false while this hub still reads older messages in: then there may be more than was found.
 */
export interface Found {
  cursor: string | null;
  hits: Hit[];
  isComplete: boolean;
  ok: true;
}
/**
 * A message that was found, and the part of its text that shows why.
 */
export interface Hit {
  channel: string;
  commentId: number;
  hasPicture: boolean;
  isBot: boolean;
  sender: string;
  sentAt: number;
  text: Fragment[];
  topic: Fragment[];
}
/**
 * A piece of plain text; `is_match` where it is what was looked for.
 */
export interface Fragment {
  isMatch: boolean;
  text: string;
}
/**
 * One message as it stands.
 */
export interface GetMessage {
  channel: string;
  commentId: number;
}
/**
 * A page of history: the newest, those before a comment id, or what changed after a revision.
 *
 * `cursor`: what an earlier page called its `next_cursor`, in place of `before`.
 */
export interface GetMessagesForChannel {
  after?: number | null;
  before?: number | null;
  channel: string;
  cursor?: string | null;
  limit?: number;
}
/**
 * Which bots an engine serves, and how soon each can begin; `leaving` when it goes to sleep.
 */
export interface Heartbeat {
  at: number;
  bots: BotCard[];
  engineId: string;
  kind: 'heartbeat';
  leaving: boolean;
  states: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$".
     */
    [k: string]: 'cold' | 'loading' | 'warm' | 'busy' | undefined;
  };
}
/**
 * One answer to be made. `thread` runs from the root to the message that is answered; times in ms since 1970.
 *
 * Without a thread a post is wanted, by the bot itself and under a title of its own; `title` is empty then.
 * `is_chatter`: nobody asked for it, bots talk among themselves. `attempt` counts the failed tries before this queue
 * message was written, `requeue` how often the hub's sweep queued the job again because it showed no sign of life.
 */
export interface Job {
  askedAt: number;
  attempt: number;
  bot: string;
  channel: string;
  commentId: number;
  deadlineAt: number;
  isChatter?: boolean;
  jobId: string;
  parameters: ParametersOutput;
  pool: string;
  requeue: number;
  thread: Turn[];
  title: string;
  traceparent?: string | null;
}
/**
 * One message of the thread that leads to the answer; `images` are the pictures that it carries.
 */
export interface Turn {
  author: string;
  images: string[];
  isBot: boolean;
  text: string;
}
/**
 * The answer to `Connect`: the channel, its newest page, who is here, the bots, and who the caller is.
 */
export interface Joined {
  bots: BotStatus[];
  channel: ChannelCard;
  ok: true;
  page: Page;
  present: string[];
  you: string;
}
/**
 * Messages in rising order of comment id; `revision` is the channel's own when the page was read.
 *
 * After `after`: `has_more` says that more changes than the limit were made, and the client loads afresh.
 * Otherwise `next_cursor` leads to the messages before these, if there are any.
 */
export interface Page {
  hasMore: boolean;
  messages: Message[];
  nextCursor: string | null;
  ok: true;
  revision: number;
}
/**
 * One message. Times are milliseconds since 1970 (UTC); ids and revisions are exact in JavaScript.
 *
 * `comment_id` rises with time and is unique over all hubs. `revision` rises by one with every change in the channel,
 * so a client that holds revision n and hears n+2 knows that it missed one. What was deleted keeps its place and loses
 * its words. `alternative_of` is the first answer of those that one question got from one bot, one after the other.
 */
export interface Message {
  alternativeOf: number | null;
  channel: string;
  commentId: number;
  connectionId: string | null;
  deletedAt: number | null;
  down: number;
  editedAt: number | null;
  error: MessageError | null;
  images: Image[];
  isBot: boolean;
  isThinking: boolean;
  parameters: ParametersOutput | null;
  parentId: number | null;
  progress: PictureProgress | null;
  prompt: string | null;
  revision: number;
  sender: string;
  sentAt: number;
  text: string;
  topic: string;
  up: number;
  usage: Usage | null;
}
/**
 * Why a bot's message has no answer: a code for programs, a sentence for people.
 */
export interface MessageError {
  code:
    | 'bad_request'
    | 'bot_failed'
    | 'expired'
    | 'model_unavailable'
    | 'out_of_memory'
    | 'stopped'
    | 'unknown_bot'
    | 'unsafe_picture';
  message: string;
}
/**
 * How far a picture is; the preview is a small `data:` address (at most 12 KiB of picture).
 */
export interface PictureProgress {
  preview: string | null;
  step: number;
  steps: number;
}
/**
 * `POST /api/sessions`.
 */
export interface LogIn {
  name: string;
  password: string;
}
/**
 * The answer to `GetMessage`.
 */
export interface OneMessage {
  message: Message;
  ok: true;
}
/**
 * What a person may ask of a model; what is left out is the bot's own default.
 */
export interface ParametersInput {
  count?: number | null;
  guidance?: number | null;
  height?: number | null;
  maxNewTokens?: number | null;
  negativePrompt?: string | null;
  repetitionPenalty?: number | null;
  seed?: number | null;
  steps?: number | null;
  strength?: number | null;
  temperature?: number | null;
  topK?: number | null;
  topP?: number | null;
  width?: number | null;
}
/**
 * The answer to `ReceiveMessage` and `Regenerate`: the message, and the placeholders of the bots that answer.
 */
export interface Posted {
  answers: Message[];
  message: Message;
  ok: true;
}
/**
 * Who is in a channel now.
 */
export interface Presence {
  channel: string;
  present: string[];
}
/**
 * Every error under `/api/`. `type` is an address that explains the code; `detail` is a sentence for people.
 *
 * `errors`, at 422: each field that does not fit. `retry_after_s`, at 429 and 503: what the header `Retry-After` says.
 */
export interface Problem {
  code:
    | (
        | 'bad_request'
        | 'broken_picture'
        | 'conflict'
        | 'empty_text'
        | 'forbidden'
        | 'internal'
        | 'invalid_credentials'
        | 'name_taken'
        | 'not_found'
        | 'picture_too_large'
        | 'storage_unavailable'
        | 'text_too_long'
        | 'too_many_requests'
        | 'unauthorized'
        | 'unknown_bot'
        | 'unknown_channel'
        | 'unsupported_picture'
      )
    | ('invalid_form' | 'method_not_allowed' | 'too_large' | 'unsupported_media_type');
  detail: string;
  errors: FormError[] | null;
  retryAfterS: number | null;
  status: number;
  title: string;
  type: string;
}
/**
 * What a code means, at the address that a problem has as its `type`.
 */
export interface ProblemMeaning {
  code:
    | (
        | 'bad_request'
        | 'broken_picture'
        | 'conflict'
        | 'empty_text'
        | 'forbidden'
        | 'internal'
        | 'invalid_credentials'
        | 'name_taken'
        | 'not_found'
        | 'picture_too_large'
        | 'storage_unavailable'
        | 'text_too_long'
        | 'too_many_requests'
        | 'unauthorized'
        | 'unknown_bot'
        | 'unknown_channel'
        | 'unsupported_picture'
      )
    | ('invalid_form' | 'method_not_allowed' | 'too_large' | 'unsupported_media_type');
  meaning: string;
  status: number;
  title: string;
}
/**
 * The answer so far.
 */
export interface Progress {
  channel: string;
  commentId: number;
  jobId: string;
  kind: 'progress';
  picture: PictureProgress | null;
  seq: number;
  text: string;
}
/**
 * Post a message. `client_id` makes a retry harmless; the sender is who the token says.
 *
 * The hub refuses an empty text and one over the limit by their own codes, so the model sets no bounds on it. `images`
 * are names of pictures that the sender has uploaded or may see elsewhere; with one, the text may be empty.
 */
export interface ReceiveMessage {
  bot?: string | null;
  channel: string;
  clientId: string;
  /**
   * @maxItems 4
   */
  images?: string[];
  parameters?: ParametersInput | null;
  parentId?: number | null;
  text: string;
  topic?: string;
}
/**
 * Every call that fails is acknowledged with this.
 */
export interface Refusal {
  error: CallError;
  ok: false;
}
/**
 * Ask the same bot for another answer to the same message; the earlier one stays.
 *
 * `client_id` makes a retry harmless; without one each call makes an answer.
 */
export interface Regenerate {
  channel: string;
  clientId?: string | null;
  commentId: number;
}
/**
 * `POST /api/accounts`.
 */
export interface Register {
  email?: string | null;
  name: string;
  password: string;
}
/**
 * More changed than a page holds since the stream broke: load the channel afresh.
 */
export interface Reset {
  channel: string;
  revision: number;
}
/**
 * Find messages. `text` holds words, "exact phrases", `-without` and `prefix*`; all must be met.
 *
 * The hub refuses a text that is too long by its own sentence. A day is one of UTC: from its beginning on, or before
 * it. `topic` is found as a phrase. Without a channel, all those are searched that are open to everyone or the
 * caller's own. `cursor` is what the page before gave.
 */
export interface Search {
  author?: string | null;
  by?: ('people' | 'bots') | null;
  channel?: string | null;
  cursor?: string | null;
  hasPicture?: boolean | null;
  limit?: number;
  order?: 'best' | 'newest';
  sentBefore?: number | string | null;
  sentFrom?: number | string | null;
  text?: string;
  topic?: string | null;
}
/**
 * Several messages, new or changed, as one broadcast.
 */
export interface SendMessages {
  channel: string;
  messages: Message[];
}
/**
 * What registering, logging in and entering as a guest answer.
 */
export interface Session {
  accessToken: string;
  expiresAt: number;
  isGuest: boolean;
  name: string;
  tokenType: 'Bearer';
}
/**
 * Somebody is writing in a channel.
 */
export interface SomeoneTypes {
  channel: string;
  sender: string;
}
/**
 * An engine began to work.
 */
export interface Started {
  channel: string;
  commentId: number;
  jobId: string;
  kind: 'started';
  seq: number;
}
/**
 * End an answer that is being made.
 */
export interface StopThinking {
  channel: string;
  commentId: number;
}
/**
 * The caller is writing.
 */
export interface Typing {
  channel: string;
}
/**
 * Say what a message is worth; 0 takes it back. One vote a person, the last one counts.
 */
export interface Vote {
  channel: string;
  commentId: number;
  value: -1 | 0 | 1;
}
/**
 * The answer to `Vote`: how the message stands now.
 */
export interface Voted {
  down: number;
  ok: true;
  up: number;
}

// The types of the wire. Generated from contracts/schema.json by `npm run contracts`; do not edit.

/**
 * Every form that is said between processes.
 */
export interface Wire {
  AccountCard: AccountCard;
  AnswersEnded: AnswersEnded;
  Ban: Ban;
  BotCard: BotCard;
  BotStatus: BotStatus;
  BotStatuses: BotStatuses;
  CallError: CallError;
  ChangeAccount: ChangeAccount;
  ChangeChannel: ChangeChannel;
  ChangePassword: ChangePassword;
  Changed: Changed;
  ChannelCard: ChannelCard;
  ChannelCards: ChannelCards;
  ChannelChanged: ChannelChanged;
  ChannelGone: ChannelGone;
  ChannelStands: ChannelStands;
  ChooseAnswer: ChooseAnswer;
  Connect: Connect;
  CreateChannel: CreateChannel;
  DeleteAccount: DeleteAccount;
  DeleteChannel: DeleteChannel;
  DeleteMessage: DeleteMessage;
  Disconnect: Disconnect;
  Done: Done;
  Doors: Doors;
  EditMessage: EditMessage;
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
  Invitation: Invitation;
  InvitationCard: InvitationCard;
  Invitations: Invitations;
  Invite: Invite;
  Job: Job;
  JoinChannel: JoinChannel;
  Joined: Joined;
  Joining: Joining;
  KeyCard: KeyCard;
  KeyCards: KeyCards;
  Kick: Kick;
  LeaveChannel: LeaveChannel;
  ListChannels: ListChannels;
  ListInvitations: ListInvitations;
  ListMembers: ListMembers;
  ListReports: ListReports;
  LogIn: LogIn;
  MakeKey: MakeKey;
  MarkRead: MarkRead;
  MarkedRead: MarkedRead;
  MemberCard: MemberCard;
  Members: Members;
  Mentioned: Mentioned;
  Message: Message;
  MessageError: MessageError;
  Mute: Mute;
  MyChannel: MyChannel;
  MyChannels: MyChannels;
  NewKey: NewKey;
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
  ProviderCard: ProviderCard;
  ReceiveMessage: ReceiveMessage;
  RefreshSession: RefreshSession;
  Refusal: Refusal;
  Regenerate: Regenerate;
  Register: Register;
  Report: Report;
  ReportMessage: ReportMessage;
  Reports: Reports;
  Reset: Reset;
  ResolveReport: ResolveReport;
  RevokeInvitation: RevokeInvitation;
  Search: Search;
  SendMessages: SendMessages;
  Session: Session;
  SessionCard: SessionCard;
  SessionCards: SessionCards;
  SetRole: SetRole;
  SomeoneTypes: SomeoneTypes;
  Started: Started;
  StopThinking: StopThinking;
  Turn: Turn;
  Typing: Typing;
  Unban: Unban;
  Usage: Usage;
  Vote: Vote;
  Voted: Voted;
}
/**
 * What the bearer of a token may know of the account; `shares_for_training`: bots may learn from what it wrote.
 *
 * `providers`: where this account can sign in without its password.
 */
export interface AccountCard {
  hasPassword: boolean;
  isAdmin: boolean;
  isGuest: boolean;
  name: string;
  providers: string[];
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
 * Nobody of that name may be in a channel.
 */
export interface Ban {
  channel: string;
  name: string;
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
    | 'unsupported_picture'
    | 'weak_password';
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
 * Change what is named of a channel's card; what is left out stays.
 *
 * `version` is the card's as the caller saw it: when somebody else was quicker, that is a conflict. Moderators change
 * words; bots, visibility and the archive are the owner's.
 */
export interface ChangeChannel {
  archived?: boolean | null;
  bot?: string | null;
  bots?: string[] | null;
  channel: string;
  chatter?: ('off' | 'slow' | 'lively') | null;
  defaultTopic?: string | null;
  description?: string | null;
  rules?: string | null;
  title?: string | null;
  version: number;
  visibility?: ('public' | 'unlisted' | 'invite') | null;
}
/**
 * `POST /api/account/password`: all other sessions end.
 */
export interface ChangePassword {
  current: string;
  new: string;
}
/**
 * The answer to `EditMessage` and `ChooseAnswer`: the message as it stands now.
 */
export interface Changed {
  message: Message;
  ok: true;
}
/**
 * One message. Times are milliseconds since 1970 (UTC); ids and revisions are exact in JavaScript.
 *
 * `comment_id` rises with time and is unique over all hubs. `revision` rises by one with every change in the channel,
 * so a client that holds revision n and hears n+2 knows that it missed one. What was deleted keeps its place and loses
 * its words. `alternative_of` is the first answer of those that one question got from one bot, one after the other;
 * `shown`, in that first one, is the id of the one to show. `mentions` are accounts that the text calls by name.
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
  mentions: string[];
  parameters: ParametersOutput | null;
  parentId: number | null;
  progress: PictureProgress | null;
  prompt: string | null;
  revision: number;
  sender: string;
  sentAt: number;
  shown: number | null;
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
 * How far a picture is; the preview is a small `data:` address (at most 12 KiB of picture).
 */
export interface PictureProgress {
  preview: string | null;
  step: number;
  steps: number;
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
 * A channel as a list shows it. `bot` answers what is addressed to nobody; of `bots` alone, if any are named.
 *
 * `chatter`: how much its bots say without being asked. `visibility`: a public channel is in everybody's list, an
 * unlisted one is open to who knows its name, and of one by invitation others do not learn that it is there.
 * `ownerless`: the house made it, and administrators keep it. `version` rises with every change of the card.
 */
export interface ChannelCard {
  archived: boolean;
  bot: string | null;
  bots: string[] | null;
  chatter: 'off' | 'slow' | 'lively';
  defaultTopic: string;
  description: string;
  name: string;
  ownerless: boolean;
  rules: string;
  title: string;
  version: number;
  visibility: 'public' | 'unlisted' | 'invite';
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
 * A channel is no more, or no longer the hearer's.
 */
export interface ChannelGone {
  channel: string;
}
/**
 * The answer to `CreateChannel` and `ChangeChannel`: the card as it stands now.
 */
export interface ChannelStands {
  channel: ChannelCard;
  ok: true;
}
/**
 * Say which of the answers that one question got from one bot is shown.
 */
export interface ChooseAnswer {
  channel: string;
  commentId: number;
}
/**
 * Join a channel.
 */
export interface Connect {
  channel: string;
}
/**
 * Make a channel and own it. Accounts only.
 */
export interface CreateChannel {
  bot?: string | null;
  bots?: string[] | null;
  defaultTopic?: string;
  description?: string;
  name: string;
  rules?: string;
  title?: string;
  visibility?: 'public' | 'unlisted' | 'invite';
}
/**
 * `DELETE /api/account`. An account without a password shows instead that it signed in a moment ago.
 */
export interface DeleteAccount {
  password?: string | null;
}
/**
 * Delete a channel with all that was said in it. Its name is written again, so that nobody does it by mistake.
 */
export interface DeleteChannel {
  channel: string;
  confirm: string;
}
/**
 * Delete a message of one's own, or a bot's answer to one; moderators delete any.
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
 * `GET /api/doors`: the ways in that are open.
 */
export interface Doors {
  guests: boolean;
  providers: ProviderCard[];
}
/**
 * Somebody else who can say who a person is; `GET /api/oauth/{name}/start` leads there.
 */
export interface ProviderCard {
  name: string;
  title: string;
}
/**
 * Change the words of a message of one's own. Whom it calls does not change: an edit adds no mention.
 *
 * `client_id` makes a retry harmless; `revision`: the message's own, as the caller saw it; a newer one is a conflict.
 */
export interface EditMessage {
  channel: string;
  clientId?: string | null;
  commentId: number;
  revision?: number | null;
  text: string;
}
/**
 * `POST /api/guests`: a name for as long as the session lives.
 */
export interface EnterAsGuest {
  keep?: 'body' | 'cookie';
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
 * What is wrong with one field; `pointer` is a JSON Pointer into what was sent, such as `#/parameters/seed`.
 */
export interface FormError {
  detail: string;
  pointer: string;
}
/**
 * The answer to `Search`. `next_cursor` leads to the next page, where there is one.
 *
 * `is_complete` is false while this hub still reads older messages in: then there may be more than was found.
 */
export interface Found {
  hits: Hit[];
  isComplete: boolean;
  nextCursor: string | null;
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
 * The answer to `Invite`: `path` is the address at this house that invites; its token is told once.
 */
export interface Invitation {
  card: InvitationCard;
  ok: true;
  path: string;
  token: string;
}
/**
 * An invitation without its token, which only its maker has seen.
 */
export interface InvitationCard {
  expiresAt: number;
  invitationId: string;
  madeBy: string;
  usesLeft: number;
}
/**
 * The answer to `ListInvitations`.
 */
export interface Invitations {
  invitations: InvitationCard[];
  ok: true;
}
/**
 * Make an invitation for so many people and so many hours.
 */
export interface Invite {
  channel: string;
  hours?: number;
  uses?: number;
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
 * Become a member; `token` is an invitation's.
 */
export interface JoinChannel {
  channel: string;
  token?: string | null;
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
 * The answer to `JoinChannel`: the channel, and what the caller is in it.
 */
export interface Joining {
  channel: ChannelCard;
  ok: true;
  role: 'owner' | 'moderator' | 'member';
}
/**
 * A key without what makes it one. `last_used_at` is right to the day.
 */
export interface KeyCard {
  createdAt: number;
  expiresAt: number | null;
  keyId: string;
  lastUsedAt: number | null;
  name: string;
  scopes: ('read' | 'write' | 'manage' | 'account')[];
}
/**
 * `GET /api/account/keys`.
 */
export interface KeyCards {
  keys: KeyCard[];
}
/**
 * Somebody is no member any more and leaves the room; to a public channel one may come back.
 */
export interface Kick {
  channel: string;
  name: string;
}
/**
 * Be no member any more. The last owner hands the channel over first.
 */
export interface LeaveChannel {
  channel: string;
}
/**
 * The channels that the caller may see, and how they stand to the caller.
 */
export interface ListChannels {}
/**
 * The invitations of a channel that are still good.
 */
export interface ListInvitations {
  channel: string;
}
/**
 * The people of a channel, a page at a time in the order of their names; `after` is the `next` of the page before.
 *
 * Moderators also see who is muted or banned.
 */
export interface ListMembers {
  after?: string | null;
  channel: string;
  limit?: number;
}
/**
 * The reports of a channel that nobody has resolved, for its moderators.
 */
export interface ListReports {
  channel: string;
  limit?: number;
}
/**
 * `POST /api/sessions`.
 */
export interface LogIn {
  keep?: 'body' | 'cookie';
  name: string;
  password: string;
}
/**
 * `POST /api/account/keys`: a key for a program. It may not manage the account unless that is asked for.
 */
export interface MakeKey {
  expiresAt?: number | null;
  name: string;
  /**
   * @minItems 1
   */
  scopes?: ('read' | 'write' | 'manage' | 'account')[];
}
/**
 * The caller has read a channel up to a message; an earlier one than before changes nothing.
 */
export interface MarkRead {
  channel: string;
  commentId: number;
}
/**
 * The answer to `MarkRead`: up to where the caller has read.
 */
export interface MarkedRead {
  lastRead: number;
  ok: true;
}
/**
 * One of a channel's people. `role` is null for who is muted or banned and no member.
 */
export interface MemberCard {
  banned: boolean;
  mutedUntil: number | null;
  name: string;
  role: ('owner' | 'moderator' | 'member') | null;
}
/**
 * The answer to `ListMembers`: owners and moderators, and a page of everybody; `next` asks for the one after.
 */
export interface Members {
  members: MemberCard[];
  next: string | null;
  officers: MemberCard[];
  ok: true;
}
/**
 * Somebody called the hearer by name, in a channel that the hearer may read.
 */
export interface Mentioned {
  message: Message;
}
/**
 * Somebody may read and not write until a time (ms since 1970); null: may write again.
 */
export interface Mute {
  channel: string;
  name: string;
  until: number | null;
}
/**
 * A channel and how it stands to the caller. `unread` and `mentions` count up to 100 of the newest messages.
 *
 * They are null without a read mark: nobody has read nothing of a channel that they never opened.
 */
export interface MyChannel {
  channel: ChannelCard;
  lastRead: number | null;
  mentions: number | null;
  mutedUntil: number | null;
  role: ('owner' | 'moderator' | 'member') | null;
  unread: number | null;
}
/**
 * The answer to `ListChannels`, in the order of their names.
 */
export interface MyChannels {
  channels: MyChannel[];
  ok: true;
}
/**
 * The only answer that ever holds the key itself.
 */
export interface NewKey {
  card: KeyCard;
  key: string;
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
        | 'weak_password'
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
        | 'weak_password'
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
 * `POST /api/sessions/refresh`; without a token, the one in the cookie is meant, and the answer goes there.
 */
export interface RefreshSession {
  refreshToken?: string | null;
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
  keep?: 'body' | 'cookie';
  name: string;
  password: string;
}
/**
 * A report; `text` and `sender` are the message's as they were then.
 */
export interface Report {
  channel: string;
  commentId: number;
  reason: 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'illegal' | 'rules' | 'other';
  reportedAt: number;
  reporter: string;
  resolution: ('dismissed' | 'removed') | null;
  resolvedAt: number | null;
  resolvedBy: string | null;
  sender: string;
  text: string;
  words: string;
}
/**
 * Tell the moderators of a message. Once a person and message.
 */
export interface ReportMessage {
  channel: string;
  commentId: number;
  reason: 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'illegal' | 'rules' | 'other';
  words?: string;
}
/**
 * The answer to `ListReports`, by the message.
 */
export interface Reports {
  hasMore: boolean;
  ok: true;
  reports: Report[];
}
/**
 * More changed than a page holds since the stream broke: load the channel afresh.
 */
export interface Reset {
  channel: string;
  revision: number;
}
/**
 * End a report: nothing was wrong, or the message is removed with it. A moderator's call.
 */
export interface ResolveReport {
  channel: string;
  commentId: number;
  reporter: string;
  resolution: 'dismissed' | 'removed';
}
/**
 * An invitation is good for nothing from now on.
 */
export interface RevokeInvitation {
  channel: string;
  invitationId: string;
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
 * What every way in answers; the tokens are null where they went into cookies.
 *
 * Times in ms since 1970: `expires_at` of the access token, `refresh_expires_at` of the refresh token.
 */
export interface Session {
  accessToken: string | null;
  expiresAt: number;
  isAdmin: boolean;
  isGuest: boolean;
  name: string;
  refreshExpiresAt: number;
  refreshToken: string | null;
  tokenType: 'Bearer';
}
/**
 * One place where the account is logged in.
 */
export interface SessionCard {
  expiresAt: number;
  isCurrent: boolean;
  openedAt: number;
  refreshedAt: number;
}
/**
 * `GET /api/sessions`.
 */
export interface SessionCards {
  sessions: SessionCard[];
}
/**
 * Make a member a moderator or an owner, or a plain member again. An owner's call.
 */
export interface SetRole {
  channel: string;
  name: string;
  role: 'owner' | 'moderator' | 'member';
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
 * Take a ban back.
 */
export interface Unban {
  channel: string;
  name: string;
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

// A small hub for tests: real HTTP and a real Socket.IO server that keeps one channel in memory.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type {
  CallError,
  GetMessagesForChannel,
  Joined,
  Message,
  Page,
  Posted,
  ReceiveMessage,
  Refusal,
} from '@/contracts/generated';
import { golden, message } from './golden';

declare const jsdom: { reconfigure: (options: { url: string }) => void };

const REFUSAL: Refusal = {
  ok: false,
  error: { code: 'storage_unavailable', message: 'Not now.', retryAfterS: null },
};

export class SmallHub {
  readonly sent: ReceiveMessage[] = [];
  readonly asked: GetMessagesForChannel[] = [];
  /** Acknowledge no message, as when the line breaks in that moment. */
  deaf = false;
  /** How many of those who come next are refused. */
  turnsAway = 0;
  /** Refuse every message and every wish. */
  refuses = false;
  /** Why nobody is let into the channel. */
  shut: CallError | null = null;
  private readonly calls: { call: string; body: unknown }[] = [];
  private readonly changes: Message[] = [];
  private readonly http = createServer((request, response) => void this.onRequest(request, response));
  private readonly io = new Server(this.http, { transports: ['websocket'] });
  private readonly replies = new Map<string, { status: number; body: object }>();

  async start(): Promise<void> {
    this.io.use((_socket, next) => {
      const refused = Object.assign(new Error('refused'), { data: { code: 'unauthorized' } });
      this.turnsAway -= 1;
      next(this.turnsAway < 0 ? undefined : refused);
    });
    this.io.on('connection', (socket) => {
      socket.on('Connect', (_body: unknown, acknowledge: (joined: Joined | Refusal) => void) => {
        if (this.shut !== null) {
          acknowledge({ ok: false, error: this.shut });
          return;
        }
        void socket.join('channel');
        acknowledge({ ...golden('Joined'), page: this.page({ limit: 50 }) });
      });
      socket.on('Disconnect', (_body: unknown, acknowledge: (done: object) => void) =>
        acknowledge({ ok: true }),
      );
      socket.on('GetMessagesForChannel', (body: GetMessagesForChannel, acknowledge: (page: Page) => void) => {
        this.asked.push(body);
        acknowledge(this.page(body));
      });
      for (const name of ['Vote', 'Regenerate', 'ChooseAnswer', 'DeleteMessage']) {
        socket.on(name, (body: unknown, acknowledge: (answer: object) => void) => {
          this.calls.push({ call: name, body });
          acknowledge(this.refuses ? REFUSAL : { ok: true });
        });
      }
      socket.on('ReceiveMessage', (body: ReceiveMessage, acknowledge: (answer: Posted | Refusal) => void) => {
        this.sent.push(body);
        if (this.refuses) acknowledge(REFUSAL);
        else if (!this.deaf)
          acknowledge({ ok: true, message: this.say({ text: body.text, sender: 'alice' }), answers: [] });
      });
    });
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    jsdom.reconfigure({ url: `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/` });
  }

  async stop(): Promise<void> {
    await this.io.close();
  }

  /** Answer an HTTP call, such as "POST /api/sessions". */
  reply(call: string, status: number, body: object): void {
    this.replies.set(call, { status, body });
  }

  /** The bodies of a call, by HTTP or by socket, in the order in which they came. */
  heard(call: string): unknown[] {
    return this.calls.filter((each) => each.call === call).map((each) => each.body);
  }

  /** A change of the channel; unheard ones reach nobody, as when a broadcast is lost. */
  say(change: Partial<Message>, { heard = true } = {}): Message {
    const revision = this.changes.length + 1;
    const said = message({
      commentId: revision,
      isBot: false,
      isThinking: false,
      parentId: null,
      ...change,
      revision,
    });
    this.changes.push(said);
    if (heard) this.io.to('channel').emit('SendMessage', said);
    return said;
  }

  /** Tell all that the channel may be theirs no more. */
  tellGone(): void {
    this.io.emit('ChannelGone', { channel: golden('Message').channel });
  }

  /** Break every line; clients come back by themselves. */
  breakLines(): void {
    for (const [, socket] of this.io.sockets.sockets) socket.conn.close();
  }

  private page({ after, limit = 50 }: { after?: number | null; limit?: number }): Page {
    const newest = new Map(this.changes.map((each) => [each.commentId, each]));
    const wanted = [...newest.values()].filter((each) => each.revision > (after ?? 0));
    return {
      ok: true,
      messages: wanted.slice(-limit),
      hasMore: wanted.length > limit,
      nextCursor: null,
      revision: this.changes.length,
    };
  }

  private async onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url}`;
    const sent = (await request.toArray()).join('');
    this.calls.push({ call, body: sent === '' ? null : JSON.parse(sent) });
    const { status, body } = this.replies.get(call) ?? { status: 404, body: {} };
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }
}

// The HTTP calls: accounts, sessions and the list of channels.
import type {
  AccountCard,
  CallError,
  ChangeAccount,
  ChannelCard,
  EnterAsGuest,
  LogIn,
  Register,
  Session,
} from '@/contracts/generated';
import { texts } from '@/lib/texts';

/** A refusal by the hub, or no hub at all; the message is a sentence for people. */
export class ApiError extends Error {
  readonly code: CallError['code'] | 'no_answer';

  constructor(code: ApiError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export function register(form: Register): Promise<Session> {
  return ask('POST', '/api/accounts', { body: form });
}

export function logIn(form: LogIn): Promise<Session> {
  return ask('POST', '/api/sessions', { body: form });
}

export function enterAsGuest(form: EnterAsGuest): Promise<Session> {
  return ask('POST', '/api/guests', { body: form });
}

export async function logOut(token: string): Promise<void> {
  await ask('DELETE', '/api/sessions', { token });
}

export function getAccount(token: string): Promise<AccountCard> {
  return ask('GET', '/api/account', { token });
}

export function changeAccount(token: string, form: ChangeAccount): Promise<AccountCard> {
  return ask('PATCH', '/api/account', { token, body: form });
}

export async function listChannels(token: string): Promise<ChannelCard[]> {
  const { channels } = await ask<{ channels: ChannelCard[] }>('GET', '/api/channels', { token });
  return channels;
}

export function pictureAddress(name: string): string {
  return `/images/${name}`;
}

async function ask<T>(
  method: string,
  path: string,
  { token, body }: { token?: string; body?: object },
): Promise<T> {
  const headers = new Headers();
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  let response: Response;
  try {
    response = await fetch(new URL(path, location.href), {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new ApiError('no_answer', texts.failure.noHub);
  }
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as { code?: CallError['code']; detail?: string };
    return new ApiError(problem.code ?? 'internal', problem.detail ?? texts.failure.unknown);
  } catch {
    return new ApiError('internal', texts.failure.unknown);
  }
}

// The HTTP calls: accounts, sessions and the list of channels.
import type {
  AccountCard,
  ChangeAccount,
  ChannelCard,
  Doors,
  EnterAsGuest,
  LogIn,
  Register,
  Session,
} from '@/contracts/generated';
import { ApiError, send } from '@/lib/http';
import { refresh } from '@/lib/session';

type Without<T> = Omit<T, 'keep'>;

export function getDoors(): Promise<Doors> {
  return send('GET', '/api/doors');
}

export function register(form: Without<Register>): Promise<Session> {
  return send('POST', '/api/accounts', { ...form, keep: 'cookie' });
}

export function logIn(form: Without<LogIn>): Promise<Session> {
  return send('POST', '/api/sessions', { ...form, keep: 'cookie' });
}

export function enterAsGuest(form: Without<EnterAsGuest>): Promise<Session> {
  return send('POST', '/api/guests', { ...form, keep: 'cookie' });
}

export async function logOut(): Promise<void> {
  await ask('DELETE', '/api/sessions/current');
}

export function getAccount(): Promise<AccountCard> {
  return ask('GET', '/api/account');
}

export function changeAccount(form: ChangeAccount): Promise<AccountCard> {
  return ask('PATCH', '/api/account', form);
}

export async function listChannels(): Promise<ChannelCard[]> {
  const { channels } = await ask<{ channels: ChannelCard[] }>('GET', '/api/channels');
  return channels;
}

export function pictureAddress(name: string): string {
  return `/images/${name}`;
}

export function signInAddress(provider: string): string {
  return `/api/oauth/${provider}/start?to=${encodeURIComponent(location.pathname)}`;
}

/** A call of somebody who is logged in: a token that has run out is renewed, and the call made once more. */
async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  try {
    return await send<T>(method, path, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'unauthorized' || !(await refresh())) throw error;
    return send(method, path, body);
  }
}

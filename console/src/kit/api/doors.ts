import { call, callVersioned, type Query } from './call';
import type {
  AccessToken, ApiKey, Group, KeyChange, List, Me, NewAccessToken, NewApiKey, Passkey, Profile, Session, SignIn, TotpOffer, UsageSeries, UsageTotals,
} from './shapes';

/** Every path of the management API that the console calls stands here, and nowhere else. */

const id = (value: number | string) => encodeURIComponent(String(value));

export const session = {
  read: () => call<Session>('GET', '/api/session'),
  password: (body: { email: string; password: string }) => call<Session>('POST', '/api/session/password', { body }),
  secondFactor: (body: { code: string }) => call<Session>('POST', '/api/session/second-factor', { body }),
  passkeyOptions: () => call<unknown>('POST', '/api/session/passkey/options'),
  passkey: (credential: unknown) => call<Session>('POST', '/api/session/passkey', { body: { credential } }),
  link: (token: string) => call<Session>('POST', '/api/session/link', { body: { token } }),
  setUp: (body: { email?: string; password: string; name?: string }) => call<Session>('POST', '/api/session/set-up', { body }),
  signUp: (body: { email: string; password: string; name?: string; invitation?: string }) => call<Session>('POST', '/api/session/sign-up', { body }),
  end: () => call<unknown>('DELETE', '/api/session'),
  providerAddress: (name: string, back: string) => `/api/session/providers/${id(name)}?return=${encodeURIComponent(back)}`,
};

export const me = {
  read: () => call<Profile>('GET', '/api/me'),
  readVersioned: () => callVersioned<Profile>('GET', '/api/me'),
  change: (body: Partial<Pick<Me, 'name' | 'locale' | 'theme'>>, etag?: string) => call<Me>('PATCH', '/api/me', { body, ...(etag === undefined ? {} : { etag }) }),
  password: (body: { current: string; new: string }) => call<unknown>('PUT', '/api/me/password', { body }),
  beginTotp: () => call<TotpOffer>('POST', '/api/me/totp'),
  endTotp: (body: { code: string }) => call<{ recovery_codes: string[] }>('PUT', '/api/me/totp', { body }),
  dropTotp: (body: { password: string }) => call<unknown>('DELETE', '/api/me/totp', { body }),
  groups: () => call<List<Group>>('GET', '/api/me/groups'),
};

export const passkeys = {
  list: () => call<List<Passkey>>('GET', '/api/me/passkeys'),
  options: () => call<unknown>('POST', '/api/me/passkeys/options'),
  add: (body: { name: string; credential: unknown }) => call<Passkey>('POST', '/api/me/passkeys', { body }),
  drop: (passkey: number | string) => call<unknown>('DELETE', `/api/me/passkeys/${id(passkey)}`),
};

export const sessions = {
  list: () => call<List<SignIn>>('GET', '/api/me/sessions'),
  drop: (signIn: number | string) => call<unknown>('DELETE', `/api/me/sessions/${id(signIn)}`),
  dropOthers: () => call<unknown>('DELETE', '/api/me/sessions'),
};

export const tokens = {
  list: () => call<List<AccessToken>>('GET', '/api/me/tokens'),
  add: (body: { name: string; scopes: string[]; expires_at?: string | null }) => call<NewAccessToken>('POST', '/api/me/tokens', { body }),
  drop: (token: number) => call<unknown>('DELETE', `/api/me/tokens/${id(token)}`),
};

export const keys = {
  path: '/api/me/keys',
  list: (query: Query) => call<List<ApiKey>>('GET', '/api/me/keys', { query }),
  read: (key: number | string) => callVersioned<ApiKey>('GET', `/api/me/keys/${id(key)}`),
  add: (body: KeyChange) => call<NewApiKey>('POST', '/api/me/keys', { body }),
  change: (key: number, body: KeyChange, etag: string) => callVersioned<ApiKey>('PATCH', `/api/me/keys/${id(key)}`, { body, etag }),
  drop: (key: number, etag: string) => call<unknown>('DELETE', `/api/me/keys/${id(key)}`, { etag }),
};

export const usage = {
  totals: (query: { from: string; to: string }) => call<UsageTotals>('GET', '/api/me/usage/totals', { query }),
  series: (query: { from: string; to: string; step: 'hour' | 'day'; by?: string }) => call<UsageSeries>('GET', '/api/me/usage/series', { query }),
};

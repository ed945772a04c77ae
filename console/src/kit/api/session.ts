import { ask, askVersioned, type BodyOf } from './ask';

export const session = {
  read: () => ask('GET', '/api/session'),
  password: (body: BodyOf<'POST', '/api/session/password'>) => ask('POST', '/api/session/password', { body }),
  secondFactor: (body: BodyOf<'POST', '/api/session/second-factor'>) => ask('POST', '/api/session/second-factor', { body }),
  passkeyOptions: () => ask('POST', '/api/session/passkey/options'),
  passkey: (credential: unknown) => ask('POST', '/api/session/passkey', { body: { credential } }),
  link: (token: string) => ask('POST', '/api/session/link', { body: { token } }),
  setUp: (body: BodyOf<'POST', '/api/session/set-up'>) => ask('POST', '/api/session/set-up', { body }),
  signUp: (body: BodyOf<'POST', '/api/session/sign-up'>) => ask('POST', '/api/session/sign-up', { body }),
  end: () => ask('DELETE', '/api/session'),
  providerAddress: (name: string, back: string) => `/api/session/providers/${encodeURIComponent(name)}?return=${encodeURIComponent(back)}`,
};

/** Who is signed in: what the frame of all pages and more than one room need of them. */
export const me = {
  readVersioned: () => askVersioned('GET', '/api/me'),
  change: (body: BodyOf<'PATCH', '/api/me'>, etag?: string) => ask('PATCH', '/api/me', { body, ...(etag === undefined ? {} : { etag }) }),
  groups: () => ask('GET', '/api/me/groups'),
};

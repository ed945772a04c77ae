import { ask, type BodyOf, type Shape } from '@/kit/api/ask';

/** Its secret is told once, when it is made. */
export type NewToken = Shape<'TokenReply'> & { secret: string };

export const proofs = {
  password: (body: BodyOf<'PUT', '/api/me/password'>) => ask('PUT', '/api/me/password', { body }),
  beginTotp: () => ask('POST', '/api/me/totp'),
  endTotp: (body: BodyOf<'PUT', '/api/me/totp'>) => ask('PUT', '/api/me/totp', { body }),
  dropTotp: (body: BodyOf<'DELETE', '/api/me/totp'>) => ask('DELETE', '/api/me/totp', { body }),
};

export const passkeys = {
  list: () => ask('GET', '/api/me/passkeys'),
  options: () => ask('POST', '/api/me/passkeys/options'),
  add: (body: BodyOf<'POST', '/api/me/passkeys'>) => ask('POST', '/api/me/passkeys', { body }),
  drop: (id: number) => ask('DELETE', '/api/me/passkeys/{id}', { in: { id } }),
};

export const sessions = {
  list: () => ask('GET', '/api/me/sessions'),
  drop: (id: number) => ask('DELETE', '/api/me/sessions/{id}', { in: { id } }),
  dropOthers: () => ask('DELETE', '/api/me/sessions'),
};

export const tokens = {
  list: () => ask('GET', '/api/me/tokens'),
  add: (body: BodyOf<'POST', '/api/me/tokens'>) => ask('POST', '/api/me/tokens', { body }) as Promise<NewToken>,
  drop: (id: number) => ask('DELETE', '/api/me/tokens/{id}', { in: { id } }),
};

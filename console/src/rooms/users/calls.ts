import { ask, askVersioned, type BodyOf, type QueryOf } from '@/kit/api/ask';

const changeUser = (id: number, body: BodyOf<'PATCH', '/api/admin/users/{id}'>, etag: string) => ask('PATCH', '/api/admin/users/{id}', { in: { id }, body, etag });

export const users = {
  list: (query: QueryOf<'GET', '/api/admin/users'>) => ask('GET', '/api/admin/users', { query }),
  read: (id: number | string) => askVersioned('GET', '/api/admin/users/{id}', { in: { id } }),
  add: (body: BodyOf<'POST', '/api/admin/users'>) => ask('POST', '/api/admin/users', { body }),
  change: changeUser,
  link: (id: number) => ask('POST', '/api/admin/users/{id}/link', { in: { id } }),
  signOut: (id: number) => ask('DELETE', '/api/admin/users/{id}/sessions', { in: { id } }),
  dropTotp: (id: number) => ask('DELETE', '/api/admin/users/{id}/totp', { in: { id } }),
};

export const invitations = {
  list: () => ask('GET', '/api/admin/invitations', { query: { limit: 100 } }),
  add: (body: BodyOf<'POST', '/api/admin/invitations'>) => ask('POST', '/api/admin/invitations', { body }),
  drop: (id: number) => ask('DELETE', '/api/admin/invitations/{id}', { in: { id } }),
};

export const userKeys = {
  list: (user: number) => ask('GET', '/api/admin/keys', { query: { user, limit: 100 } }),
  flip: async (id: number, enabled: boolean) => {
    const { etag = '*' } = await askVersioned('GET', '/api/admin/keys/{id}', { in: { id } });
    return ask('PATCH', '/api/admin/keys/{id}', { in: { id }, body: { enabled }, etag });
  },
  drop: async (id: number) => {
    const { etag = '*' } = await askVersioned('GET', '/api/admin/keys/{id}', { in: { id } });
    return ask('DELETE', '/api/admin/keys/{id}', { in: { id }, etag });
  },
};

/** Accounts of whoever has one: `wallet` of a user, `group_quota` of a group, `channel_budget` of a channel. */
export type AccountKind = 'wallet' | 'group_quota' | 'channel_budget';

export const accounts = {
  read: (kind: AccountKind, owner: number) => ask('GET', '/api/admin/accounts/{kind}/{owner}', { in: { kind, owner } }),
  entries: (kind: AccountKind, owner: number, query: QueryOf<'GET', '/api/admin/accounts/{kind}/{owner}/entries'>) => ask('GET', '/api/admin/accounts/{kind}/{owner}/entries', { in: { kind, owner }, query }),
  topUp: (kind: AccountKind, owner: number, body: BodyOf<'POST', '/api/admin/accounts/{kind}/{owner}/top-ups'>, idempotencyKey: string) => ask('POST', '/api/admin/accounts/{kind}/{owner}/top-ups', { in: { kind, owner }, body, idempotencyKey }),
  adjust: (kind: AccountKind, owner: number, body: BodyOf<'POST', '/api/admin/accounts/{kind}/{owner}/adjustments'>, idempotencyKey: string) => ask('POST', '/api/admin/accounts/{kind}/{owner}/adjustments', { in: { kind, owner }, body, idempotencyKey }),
};

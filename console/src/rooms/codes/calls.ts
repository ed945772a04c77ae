import { ask, type BodyOf, type QueryOf } from '@/kit/api/ask';

export const codes = {
  list: (query: QueryOf<'GET', '/api/admin/codes'>) => ask('GET', '/api/admin/codes', { query }),
  add: (body: BodyOf<'POST', '/api/admin/codes'>, idempotencyKey: string) => ask('POST', '/api/admin/codes', { body, idempotencyKey }),
  revoke: (body: BodyOf<'POST', '/api/admin/codes/revocations'>) => ask('POST', '/api/admin/codes/revocations', { body }),
};

import { ask, askVersioned, type BodyOf, type QueryOf } from '@/kit/api/ask';
import type { NewApiKey } from '@/kit/api/shapes';

export const keys = {
  list: (query: QueryOf<'GET', '/api/me/keys'>) => ask('GET', '/api/me/keys', { query }),
  read: (id: number | string) => askVersioned('GET', '/api/me/keys/{id}', { in: { id } }),
  add: (body: BodyOf<'POST', '/api/me/keys'>) => ask('POST', '/api/me/keys', { body }) as Promise<NewApiKey>,
  change: (id: number, body: BodyOf<'PATCH', '/api/me/keys/{id}'>, etag: string) => askVersioned('PATCH', '/api/me/keys/{id}', { in: { id }, body, etag }),
  drop: (id: number, etag: string) => ask('DELETE', '/api/me/keys/{id}', { in: { id }, etag }),
};

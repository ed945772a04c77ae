import { ask, askVersioned, type BodyOf, type QueryOf, type Shape } from '@/kit/api/ask';

export type Model = Shape<'ModelItem'>;
export type ModelUse = Shape<'ModelUseReply'>;
export type NewModel = BodyOf<'POST', '/api/admin/models'>;
export type ModelChange = BodyOf<'PATCH', '/api/admin/models/{name}'>;

export const models = {
  list: (query: QueryOf<'GET', '/api/admin/models'>) => ask('GET', '/api/admin/models', { query }),
  read: (name: string) => askVersioned('GET', '/api/admin/models/{name}', { in: { name } }),
  add: (body: NewModel) => ask('POST', '/api/admin/models', { body }),
  change: (name: string, body: ModelChange, etag: string) => askVersioned('PATCH', '/api/admin/models/{name}', { in: { name }, body, etag }),
  drop: (name: string, etag: string) => ask('DELETE', '/api/admin/models/{name}', { in: { name }, etag }),
  use: (name: string) => ask('GET', '/api/admin/models/{name}/use', { in: { name } }),
};

/** Where an operator changes a model. */
export const placeOf = (id: string) => `/catalog/${encodeURIComponent(id)}/change`;

import { ask, askVersioned, type BodyOf, type QueryOf, type Shape } from '@/kit/api/ask';

export type Group = Shape<'GroupReply'>;
export type GroupItem = Shape<'GroupItem'>;
export type Member = Shape<'MemberShape'>;
export type GroupChange = BodyOf<'PATCH', '/api/admin/groups/{name}'>;
export type Auto = Shape<'AutoReply'>;
export type AutoPlace = Shape<'AutoPlaceShape'>;
export type Explained = Shape<'ExplainReply'>;

export const groups = {
  list: (query: QueryOf<'GET', '/api/admin/groups'>) => ask('GET', '/api/admin/groups', { query }),
  read: (name: string) => askVersioned('GET', '/api/admin/groups/{name}', { in: { name } }),
  add: (body: BodyOf<'POST', '/api/admin/groups'>) => ask('POST', '/api/admin/groups', { body }),
  change: (name: string, body: GroupChange, etag: string) => askVersioned('PATCH', '/api/admin/groups/{name}', { in: { name }, body, etag }),
  drop: (name: string, etag: string) => ask('DELETE', '/api/admin/groups/{name}', { in: { name }, etag }),
  use: (name: string) => ask('GET', '/api/admin/groups/{name}/use', { in: { name } }),
  addPrice: (name: string, body: BodyOf<'POST', '/api/admin/groups/{name}/prices'>, etag: string) => askVersioned('POST', '/api/admin/groups/{name}/prices', { in: { name }, body, etag }),
  dropPrice: (name: string, version: string, etag: string) => askVersioned('DELETE', '/api/admin/groups/{name}/prices/{version}', { in: { name, version }, etag }),
  auto: () => askVersioned('GET', '/api/admin/auto'),
  changeAuto: (body: BodyOf<'PATCH', '/api/admin/auto'>, etag: string) => askVersioned('PATCH', '/api/admin/auto', { body, etag }),
  explain: (body: BodyOf<'POST', '/api/admin/route/explain'>) => ask('POST', '/api/admin/route/explain', { body }),
  channels: async () => (await ask('GET', '/api/admin/channels', { query: { limit: 200 } as never })).items,
};

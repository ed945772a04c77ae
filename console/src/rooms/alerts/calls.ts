import { ask, askVersioned, type BodyOf, type QueryOf, type Shape } from '@/kit/api/ask';

export type Alert = Shape<'AlertReply'>;
export type Rule = Shape<'RuleReply'>;
export type Target = Shape<'TargetReply'>;
export type Delivery = Shape<'DeliveryReply'>;
export type Wishes = Shape<'WishesReply'>;
export type Tried = Shape<'TriedReply'>;

export const alerts = {
  list: (query: QueryOf<'GET', '/api/admin/alerts'>) => ask('GET', '/api/admin/alerts', { query }),
  know: (id: number) => ask('POST', '/api/admin/alerts/{id}/acknowledge', { in: { id } }),
  knowAll: () => ask('POST', '/api/admin/alerts/acknowledge'),
};

export const rules = {
  list: () => ask('GET', '/api/admin/alert-rules'),
  read: (kind: string) => askVersioned('GET', '/api/admin/alert-rules/{kind}', { in: { kind } }),
  change: (kind: string, body: BodyOf<'PATCH', '/api/admin/alert-rules/{kind}'>, etag: string) => askVersioned('PATCH', '/api/admin/alert-rules/{kind}', { in: { kind }, body, etag }),
};

export const targets = {
  list: (query: QueryOf<'GET', '/api/admin/alert-targets'>) => ask('GET', '/api/admin/alert-targets', { query }),
  read: (id: number) => askVersioned('GET', '/api/admin/alert-targets/{id}', { in: { id } }),
  add: (body: BodyOf<'POST', '/api/admin/alert-targets'>) => ask('POST', '/api/admin/alert-targets', { body }),
  change: (id: number, body: BodyOf<'PATCH', '/api/admin/alert-targets/{id}'>, etag: string) => askVersioned('PATCH', '/api/admin/alert-targets/{id}', { in: { id }, body, etag }),
  drop: (id: number, etag: string) => ask('DELETE', '/api/admin/alert-targets/{id}', { in: { id }, etag }),
  rotate: (id: number) => ask('POST', '/api/admin/alert-targets/{id}/secret', { in: { id } }),
  test: (id: number) => ask('POST', '/api/admin/alert-targets/{id}/test', { in: { id } }),
};

export const deliveries = {
  list: (query: QueryOf<'GET', '/api/admin/alert-deliveries'>) => ask('GET', '/api/admin/alert-deliveries', { query }),
  retry: (id: number) => ask('POST', '/api/admin/alert-deliveries/{id}/retry', { in: { id } }),
};

export const own = {
  list: (query: QueryOf<'GET', '/api/me/alerts'>) => ask('GET', '/api/me/alerts', { query }),
  know: (id: number) => ask('POST', '/api/me/alerts/{id}/acknowledge', { in: { id } }),
  wishes: () => ask('GET', '/api/me/alerts/wishes'),
  wish: (body: BodyOf<'PATCH', '/api/me/alerts/wishes'>) => ask('PATCH', '/api/me/alerts/wishes', { body }),
};

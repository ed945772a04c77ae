import { ask, askVersioned, type BodyOf, type QueryOf, type Shape } from '@/kit/api/ask';
import { askLines } from '@/kit/api/lines';

export type Channel = Shape<'ChannelReply'>;
export type ChannelItem = Shape<'ChannelItem'>;
export type ChannelType = Shape<'ChannelTypeShape'>;
export type Field = Shape<'FieldShape'>;
export type SecretForm = Shape<'SecretFormShape'>;
export type Exchange = Shape<'ExchangeShape'>;
export type TestReply = Shape<'TestReply'>;
export type ProbeReply = Shape<'ProbeReply'>;
export type OverrideRule = Shape<'OverrideShape'>;
export type BulkLine = Shape<'BulkTestLine'>;
export type ChannelChange = BodyOf<'PATCH', '/api/admin/channels/{id}'>;
type Id = number | string;

export const channels = {
  list: (query: QueryOf<'GET', '/api/admin/channels'>) => ask('GET', '/api/admin/channels', { query }),
  types: () => ask('GET', '/api/admin/channel-types'),
  presets: () => ask('GET', '/api/admin/channel-presets'),
  read: (id: Id) => askVersioned('GET', '/api/admin/channels/{id}', { in: { id } }),
  add: (body: BodyOf<'POST', '/api/admin/channels'>) => ask('POST', '/api/admin/channels', { body }),
  change: (id: Id, body: ChannelChange, etag: string) => askVersioned('PATCH', '/api/admin/channels/{id}', { in: { id }, body, etag }),
  drop: (id: Id, etag: string, leave: boolean) => ask('DELETE', '/api/admin/channels/{id}', { in: { id }, etag, query: { leave_groups: leave } }),
  addCredential: (id: Id, body: BodyOf<'POST', '/api/admin/channels/{id}/credentials'>) => askVersioned('POST', '/api/admin/channels/{id}/credentials', { in: { id }, body }),
  changeCredential: (id: Id, name: string, body: BodyOf<'PATCH', '/api/admin/channels/{id}/credentials/{name}'>, etag: string) => askVersioned('PATCH', '/api/admin/channels/{id}/credentials/{name}', { in: { id, name }, body, etag }),
  dropCredential: (id: Id, name: string, etag: string) => askVersioned('DELETE', '/api/admin/channels/{id}/credentials/{name}', { in: { id, name }, etag }),
  test: (id: Id, body: BodyOf<'POST', '/api/admin/channels/{id}/test'>) => ask('POST', '/api/admin/channels/{id}/test', { in: { id }, body }),
  testMany: (body: BodyOf<'POST', '/api/admin/channels/test'>, onLine: (line: BulkLine) => void, signal: AbortSignal) => askLines<BulkLine>('/api/admin/channels/test', body, onLine, signal),
  upstreamModels: (id: Id) => ask('POST', '/api/admin/channels/{id}/upstream-models', { in: { id }, body: {} }),
  probe: (id: Id, body: BodyOf<'POST', '/api/admin/channels/{id}/probe'>) => ask('POST', '/api/admin/channels/{id}/probe', { in: { id }, body }),
  probes: (id: Id) => ask('GET', '/api/admin/channels/{id}/probes', { in: { id } }),
  forgetProbes: (id: Id) => ask('DELETE', '/api/admin/channels/{id}/probes', { in: { id } }),
  health: (id: Id) => ask('GET', '/api/admin/channels/{id}/health', { in: { id } }),
  reset: (id: Id, credential?: string) => ask('POST', '/api/admin/channels/{id}/reset', { in: { id }, body: { credential: credential ?? null } }),
  groupNames: async () => (await ask('GET', '/api/admin/groups', { query: { limit: 200 } as never })).items.map((group) => group.name).filter((name) => name !== 'auto'),
};

import { ask, type QueryOf, type Shape } from '@/kit/api/ask';

export type Model = Shape<'ModelReply'>;
export type InGroup = Shape<'ModelInGroup'>;
export type Estimate = Shape<'EstimateReply'>;

export const catalog = {
  list: (query: QueryOf<'GET', '/api/me/models'>) => ask('GET', '/api/me/models', { query }),
  read: (name: string) => ask('GET', '/api/me/models/{name}', { in: { name } }),
  estimate: (name: string, query: QueryOf<'GET', '/api/me/models/{name}/estimate'>) => ask('GET', '/api/me/models/{name}/estimate', { in: { name }, query }),
};

/** The group that serves a model at the lowest input price now; of those that would not serve it none. */
export function cheapest(model: Model, among?: string): InGroup | undefined {
  return model.groups.filter((group) => group.available && group.now !== null && group.now !== undefined && (among === undefined || among === '' || group.group === among))
    .sort((one, other) => (one.now?.input_usd ?? 0) + (one.now?.output_usd ?? 0) - (other.now?.input_usd ?? 0) - (other.now?.output_usd ?? 0))[0];
}

/** Capabilities that the list can be asked for, in the order in which people ask. */
export const capabilities = ['tools', 'images', 'documents', 'audio', 'reasoning', 'json_schema', 'prompt_caching', 'server_tools', 'long_context'] as const;
export type Capability = (typeof capabilities)[number];
export const isCapability = (name: string): name is Capability => (capabilities as readonly string[]).includes(name);

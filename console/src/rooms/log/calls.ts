import { addressOf, type Query } from '@/kit/api/call';
import { addressIn, ask, type Shape } from '@/kit/api/ask';

export type CallItem = Shape<'CallItem'>;
export type CallList = Shape<'CallListReply'>;
export type CallStory = Shape<'CallStoryReply'>;
export type Scope = 'own' | 'all';

const lists = { own: '/api/me/calls', all: '/api/admin/calls' } as const;
const stories = { own: '/api/me/calls/{id}', all: '/api/admin/calls/{id}' } as const;
const files = { own: '/api/me/calls/export', all: '/api/admin/calls/export' } as const;

export const calls = {
  list: (scope: Scope, query: Query): Promise<CallList> => ask('GET', lists[scope], { query }),
  story: (scope: Scope, id: string): Promise<CallStory> => ask('GET', stories[scope], { in: { id } }),
  file: (scope: Scope, query: Query, format: 'csv' | 'jsonl') => addressOf(addressIn(files[scope]), { ...query, format }),
};

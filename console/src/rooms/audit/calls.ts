import { ask, type QueryOf } from '@/kit/api/ask';

export const audit = {
  list: (query: QueryOf<'GET', '/api/admin/audit'>) => ask('GET', '/api/admin/audit', { query }),
};

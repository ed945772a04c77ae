import { ask, type QueryOf } from '@/kit/api/ask';

export const usage = {
  totals: (query: QueryOf<'GET', '/api/me/usage/totals'>) => ask('GET', '/api/me/usage/totals', { query }),
  wallet: () => ask('GET', '/api/me/wallet'),
  series: (query: QueryOf<'GET', '/api/me/usage/series'>) => ask('GET', '/api/me/usage/series', { query }),
};

import { addressOf } from '@/kit/api/call';
import { addressIn, ask, type BodyOf, type QueryOf } from '@/kit/api/ask';

export const wallet = {
  read: () => ask('GET', '/api/me/wallet'),
  entries: (query: QueryOf<'GET', '/api/me/wallet/entries'>) => ask('GET', '/api/me/wallet/entries', { query }),
  redeem: (body: BodyOf<'POST', '/api/me/wallet/redemptions'>) => ask('POST', '/api/me/wallet/redemptions', { body }),
  statement: (month: string) => addressOf(addressIn('/api/me/wallet/statements/{month}', { month })),
};

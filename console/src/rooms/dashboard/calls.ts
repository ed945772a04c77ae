import { ask, type QueryOf, type Shape } from '@/kit/api/ask';

export type Totals = Shape<'UsageTotalsReply'>;
export type Point = Shape<'UsagePoint'>;
export type FlowLink = Shape<'UsageLink'>;
type Span = Pick<NonNullable<QueryOf<'GET', '/api/admin/usage/totals'>>, 'from' | 'to'>;

export const all = {
  totals: (span: Span) => ask('GET', '/api/admin/usage/totals', { query: span }),
  series: (span: Span, step: 'hour' | 'day') => ask('GET', '/api/admin/usage/series', { query: { ...span, step } }),
  rank: (span: Span, by: 'model' | 'user' | 'channel') => ask('GET', '/api/admin/usage/rank', { query: { ...span, by, limit: 6 } }),
  flow: (span: Span) => ask('GET', '/api/admin/usage/flow', { query: span }),
};

import { describe, expect, it } from 'vitest';
import type { UsagePoint } from '@/kit/api/shapes';
import { daysOf, hitShare, spanOf } from './span';

const none = { key: '', calls: 0, errors: 0, cancelled: 0, input_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, output_tokens: 0, charge_usd: 0 };

describe('the span of the overview', () => {
  it('ends with today, in UTC', () => {
    expect(spanOf(7, Date.parse('2026-11-23T17:30:00Z'))).toEqual({ from: '2026-11-17T00:00:00Z', to: '2026-11-24T00:00:00Z' });
  });

  it('has a row for each day, and adds up what belongs to one', () => {
    const points: UsagePoint[] = [{ ...none, at: '2026-11-18T00:00:00Z', charge_usd: 0.25, input_tokens: 5 }, { ...none, at: '2026-11-18T09:00:00Z', charge_usd: 0.5, cache_write_tokens: 2 }];
    const rows = daysOf(spanOf(7, Date.parse('2026-11-23T17:30:00Z')), points, 'en');
    expect(rows).toHaveLength(7);
    expect(rows[1]).toEqual({ day: 'Nov 18', spend: 0.75, read: 0, input: 7, output: 0 });
    expect(rows.filter((row) => row.spend > 0)).toHaveLength(1);
  });

  it('knows no share of nothing', () => {
    expect(hitShare(none)).toBeUndefined();
    expect(hitShare({ ...none, input_tokens: 1, cache_read_tokens: 3 })).toBe(0.75);
  });
});

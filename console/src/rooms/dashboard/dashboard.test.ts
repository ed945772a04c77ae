import { describe, expect, it } from 'vitest';
import type { FlowLink, Point } from './calls';
import { Gap, layOut } from './flow';
import { rowsOf, spanFor } from './steps';

const link = (group: string, channel: string, attempts: number, failed_attempts = 0) => ({ group, channel, attempts, failed_attempts, calls: attempts } as FlowLink);

describe('a flow', () => {
  it('gives every ribbon its place inside its ends, one below the other', () => {
    const { groups, channels, ribbons } = layOut([link('a', 'x', 60), link('a', 'y', 20, 10), link('b', 'y', 20), link('', '', 9)], 200);
    expect(groups.map(({ name, value }) => [name, value])).toEqual([['a', 80], ['b', 20]]);
    expect(channels.map(({ name, value }) => [name, value])).toEqual([['x', 60], ['y', 40]]);
    expect(ribbons.length).toBe(3);
    for (const node of [...groups, ...channels]) {
      expect(node.y + node.height).toBeLessThanOrEqual(200.001);
    }

    const [first, second] = ribbons;
    expect((first?.y0 ?? 0) + (first?.height ?? 0) / 2).toBeCloseTo((second?.y0 ?? 0) - (second?.height ?? 0) / 2);
    expect(ribbons.find(({ failing }) => failing > 0)).toMatchObject({ channel: 'y', failing: 0.5 });
    expect(groups[1]?.y).toBeCloseTo((groups[0]?.y ?? 0) + (groups[0]?.height ?? 0) + Gap);
  });

  it('is nothing without calls', () => {
    expect(layOut([], 200)).toEqual({ groups: [], channels: [], ribbons: [] });
  });
});

describe('steps of a dashboard', () => {
  const now = Date.parse('2026-11-23T17:20:00Z');

  it('end with the hour or the day that runs', () => {
    expect(spanFor('24h', now)).toEqual({ from: '2026-11-22T18:00:00.000Z', to: '2026-11-23T18:00:00.000Z' });
    expect(spanFor('30d', now)).toEqual({ from: '2026-10-25T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' });
  });

  it('are all there, and a time that nobody measured is none', () => {
    const rows = rowsOf('24h', spanFor('24h', now), [{ at: '2026-11-23T17:00:00Z', calls: 5, errors: 1, charge_usd: 2, p50_ms: 40 } as Point], 'en');
    expect(rows.length).toBe(24);
    expect(rows[0]).not.toHaveProperty('p50');
    expect(rows[23]).toMatchObject({ answered: 4, errors: 1, charge: 2, cost: 0, p50: 40 });
  });
});

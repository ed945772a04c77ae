import { describe, expect, it } from 'vitest';
import { stretchesOf, ticksOf } from './timeline';

const attempt = (result: string, ms: number, status: number | null = result === 'ok' ? 200 : 500) => ({ group: 'g', result, ms, status });

describe('a timeline', () => {
  it('puts the wait, the attempts, the opening and the stream one behind the other', () => {
    const stretches = stretchesOf({ attempts: [attempt('upstream_error', 200), attempt('ok', 300)], timing: { total_ms: 2000, first_byte_ms: 800, waited_ms: 100 } });
    expect(stretches).toEqual([
      { kind: 'waited', from: 0, to: 100 },
      { kind: 'failed', attempt: 1, from: 100, to: 300 },
      { kind: 'answered', attempt: 2, from: 300, to: 600 },
      { kind: 'opening', from: 600, to: 800 },
      { kind: 'stream', from: 800, to: 2000 },
    ]);
  });

  it('never leaves its scale, whatever the figures say', () => {
    for (const { from, to } of stretchesOf({ attempts: [attempt('ok', 9_000)], timing: { total_ms: 500, first_byte_ms: 700, waited_ms: 800 } })) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(500);
      expect(to).toBeGreaterThanOrEqual(from);
    }
  });

  it('tells attempts that were kept from being made from those that failed', () => {
    const kinds = stretchesOf({ attempts: [attempt('rate_limited', 0, null), attempt('timeout', 40, null)], timing: { total_ms: 50 } }).map(({ kind }) => kind);
    expect(kinds).toEqual(['passed', 'failed']);
  });

  it('has round ticks', () => {
    expect(ticksOf(2000)).toEqual([0, 500, 1000, 1500, 2000]);
    expect(ticksOf(8421)).toEqual([0, 5000]);
    expect(ticksOf(0.5)[0]).toBe(0);
    expect(ticksOf(0.5).length).toBeLessThan(8);
  });
});

import { describe, expect, it } from 'vitest';
import { agoText, durationText, formatsFor, moneyText, Nothing } from './formats';

describe('money', () => {
  it.each([
    [0, '$0.00'], [12, '$12.00'], [1234.5, '$1,234.50'], [0.05, '$0.05'], [0.5, '$0.50'], [0.0123, '$0.0123'], [0.000456, '$0.000456'], [0.000000001, '$0.000000001'], [-3.5, '-$3.50'], [-0.0123, '-$0.0123'],
  ])('%d is %s', (usd, text) => {
    expect(moneyText(usd, 'en')).toBe(text);
  });

  it('never shows what costs something as nothing', () => {
    for (let digits = 1; digits <= 9; digits++) {
      expect(moneyText(10 ** -digits, 'en')).toMatch(/[1-9]/);
    }
  });
});

describe('durations', () => {
  it.each([[0, '0 ms'], [340, '340 ms'], [2400, '2.4 s'], [59_900, '59.9 s'], [60_000, '1 min'], [185_000, '3 min 5 s']])('%d ms are %s', (ms, text) => {
    expect(durationText(ms, 'en')).toBe(text);
  });
});

describe('other figures', () => {
  const formats = formatsFor('en');
  it('keeps small counts whole and shortens large ones', () => {
    expect(formats.compact(9999)).toBe('9,999');
    expect(formats.compact(1_250_000)).toBe('1.3M');
    expect(formats.count(1_250_000)).toBe('1,250,000');
  });

  it('says the same for null and absent', () => {
    expect([formats.money(null), formats.duration(undefined), formats.ago(null), formats.share(undefined)]).toEqual([Nothing, Nothing, Nothing, Nothing]);
  });

  it('tells moments from now, in either language', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    expect(agoText('2026-11-23T11:57:00Z', 'en', now)).toBe('3 minutes ago');
    expect(agoText('2026-11-21T12:00:00Z', 'en', now)).toBe('2 days ago');
    expect(agoText('2026-11-23T11:57:00Z', 'zh-CN', now)).toBe('3分钟前');
  });
});

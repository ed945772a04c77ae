import { expect, it } from 'vitest';
import { monthsUntil } from './months';

it('names the last twelve months over the turn of a year', () => {
  const months = monthsUntil(Date.parse('2026-02-28T23:59:00Z'), 'en');
  expect(months).toHaveLength(12);
  expect(months[0]).toEqual({ value: '2026-02', label: 'February 2026' });
  expect(months[2]).toEqual({ value: '2025-12', label: 'December 2025' });
});

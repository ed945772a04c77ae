import { describe, expect, it } from 'vitest';
import { editOf, fieldsOf, rowOf } from './priceForm';

describe('the form of a price', () => {
  it('begins with the row in force and gives back what it does not show', () => {
    const fields = fieldsOf({ from: '2026-01-01', input: 3, output: 15, reasoning: 9, tiers: [{ above: 200000, input: 6, output: 22.5 }] });
    expect(fields.from).toBe('');
    expect(rowOf({ ...fields, rates: { ...fields.rates, input: 4 } })).toEqual({ input: 4, output: 15, reasoning: 9, tiers: [{ above: 200000, input: 6, output: 22.5 }] });
  });

  it('tells nothing of what is empty, and a price of nothing from no price', () => {
    const fields = fieldsOf(undefined);
    expect(rowOf(fields)).toBeUndefined();
    expect(rowOf({ ...fields, rates: { ...fields.rates, input: 0 } })).toEqual({ input: 0 });
    expect(() => rowOf({ ...fields, more: '[]' })).toThrow(SyntaxError);
    expect(() => rowOf({ ...fields, more: '{' })).toThrow(SyntaxError);
  });

  it('makes an edit of it', () => {
    const fields = { ...fieldsOf({ input: 1, output: 2 }, 'codex'), to: '2027-01-01', retire: ['abc'] };
    expect(editOf('m', fields, true)).toEqual({ model: 'm', group: 'codex', add: [{ input: 1, output: 2, to: '2027-01-01' }], retire: ['abc'] });
    expect(editOf('m', { ...fields, group: '' }, false)).toEqual({ model: 'm', retire: ['abc'] });
  });
});

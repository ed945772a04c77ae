import { describe, expect, it } from 'vitest';
import type { Model } from './calls';
import { blank, builtinOf, changeOf, fieldsOf, merged, newOf } from './modelForm';

const builtin = { id: 'm', display_name: 'M', vendor: 'house', kind: 'chat', origin: 'builtin', aliases: [], context_window: 1000, capabilities: ['tools', 'images'], open_weights: false, changed: [] } as unknown as Model;

describe('a model’s form', () => {
  it('sends what was changed and nothing else', () => {
    const before = fieldsOf(builtin);
    expect(changeOf(before, before, builtinOf(builtin))).toEqual({});
    expect(changeOf(before, { ...before, vendor: ' other ', max_output_tokens: 50, aliases: ['m1'] }, builtinOf(builtin))).toEqual({ vendor: 'other', max_output_tokens: 50, aliases: ['m1'] });
  });

  it('sends null for what goes back to the catalogue, and for what is emptied', () => {
    const changed = { ...builtin, origin: 'changed', context_window: 5, vendor: 'mine', builtin: { ...builtin } } as unknown as Model;
    const before = fieldsOf(changed);
    expect(changeOf(before, { ...before, context_window: 1000, vendor: '' }, builtinOf(changed))).toEqual({ context_window: null, vendor: null });
  });

  it('thinks nothing of the order of capabilities', () => {
    const before = fieldsOf(builtin);
    expect(changeOf(before, { ...before, capabilities: ['images', 'tools'] }, undefined)).toEqual({});
    expect(changeOf(before, { ...before, capabilities: [] }, builtinOf(builtin))).toEqual({ capabilities: [] });
  });

  it('leaves unknown what a new model does not say', () => {
    expect(newOf(' house/one ', { ...blank, vendor: 'house', context_window: 8 })).toEqual({ id: 'house/one', vendor: 'house', context_window: 8 });
  });

  it('keeps what was typed when somebody else was faster, and takes the rest of theirs', () => {
    const base = fieldsOf(builtin);
    const both = merged(base, { ...base, vendor: 'mine', released_on: '2026-01-01' }, { ...base, vendor: 'theirs', context_window: 7 });
    expect(both).toEqual({ ...base, vendor: 'mine', released_on: '2026-01-01', context_window: 7 });
  });
});

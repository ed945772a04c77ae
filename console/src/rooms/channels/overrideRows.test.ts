import { describe, expect, it } from 'vitest';
import type { OverrideRule } from './calls';
import { rowOf, ruleOf } from './overrideRows';

describe('a rule of overrides', () => {
  it.each<unknown>(['plain words', '5', 'true', 'null', '', '{"a":1}', 5, true, null, [1, 'two'], { a: { b: null } }])('keeps its value of the body, %j, through its row', (value) => {
    const rule: OverrideRule = { action: 'set', target: 'user.name', secret: false, value };
    expect(ruleOf(rowOf(rule, true), true)).toEqual(rule);
  });

  it.each(['5', 'true', '"quoted"', ' padded '])('keeps a header’s text as it is: %j', (value) => {
    const rule: OverrideRule = { action: 'append', target: 'x-team', secret: false, value };
    expect(ruleOf(rowOf(rule, false), false)).toEqual(rule);
  });

  it.each<OverrideRule['when']>([
    { models: ['gpt-*'] }, { dialects: ['anthropic'] }, { operations: ['embed', 'rerank'] }, { stream: true }, { stream: false }, { header: 'x-tenant' },
    { models: ['a', 'b*'], dialects: ['gemini'], operations: ['generate'], stream: false, header: 'x-tenant' },
  ])('keeps its condition: %j', (when) => {
    const rule: OverrideRule = { action: 'remove', target: 'metadata', secret: false, when: when ?? null };
    expect(ruleOf(rowOf(rule, true), true)).toEqual(rule);
  });

  it('keeps a secret that nobody types again, and its new name', () => {
    const secret: OverrideRule = { action: 'set', target: 'x-key', secret: true };
    expect(ruleOf(rowOf(secret, false), false)).toEqual(secret);
    const renamed: OverrideRule = { action: 'rename', target: 'seed', to: 'random_seed', secret: false };
    expect(ruleOf(rowOf(renamed, true), true)).toEqual(renamed);
  });
});

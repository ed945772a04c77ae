import { describe, expect, it } from 'vitest';
import type { ApiKey } from '@/kit/api/shapes';
import { changeOf, checkKey, fieldsOf, newKey } from './keyForm';

const key: ApiKey = {
  id: 1, name: 'laptop', last_four: 'abcd', groups: ['codex', 'auto'], cross_group_failover: false, models: ['gpt-*'], enabled: true, created_at: '2026-11-01T00:00:00Z',
  limits: { usd_per_day: 5, rpd: 1000, soft: 0.8 }, expires_at: '2026-12-31T10:00:00Z',
};
const say = { need: 'need', groups: 'groups', past: 'past' };

describe('the form of a key', () => {
  it('sends back what it read when nothing was typed', () => {
    const { name, groups, cross_group_failover, models, expires_at } = key;
    expect(changeOf(fieldsOf(key), key.limits, key.expires_at)).toMatchObject({ name, groups, cross_group_failover, models, expires_at, limits: key.limits });
  });

  it('keeps limits that it does not show, and takes emptied ones away', () => {
    const change = changeOf({ ...fieldsOf(key), usd_per_day: '', rpm: 60 }, key.limits, key.expires_at);
    expect(change.limits).toMatchObject({ usd_per_day: null, rpm: 60, rpd: 1000, soft: 0.8 });
  });

  it('lets a key serve to the end of the chosen day', () => {
    expect(changeOf({ ...newKey, expires_at: '2026-12-24' }).expires_at).toBe('2026-12-24T23:59:59Z');
    expect(changeOf(newKey).expires_at).toBeNull();
  });

  it('reads patterns by line or comma', () => {
    expect(changeOf({ ...newKey, models: 'claude-*\n gpt-5.5 ,\n' }).models).toEqual(['claude-*', 'gpt-5.5']);
  });

  it('names what is missing', () => {
    expect(checkKey({ ...newKey, groups: [], expires_at: '2020-01-01' }, '2026-11-23', null, say)).toEqual({ name: 'need', groups: 'groups', expires_at: 'past' });
    expect(checkKey({ ...newKey, name: 'a', expires_at: '2026-11-23' }, '2026-11-23', null, say)).toEqual({});
  });

  it('does not stand in the way of changing a key that has ended', () => {
    expect(checkKey({ ...newKey, name: 'a', expires_at: '2020-01-01' }, '2026-11-23', '2020-01-01T08:00:00Z', say)).toEqual({});
  });
});

import { describe, expect, it } from 'vitest';
import en from './en';
import zh from './zh-CN';

type Tree = { [name: string]: string | Tree };

function flat(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] => (typeof value === 'string' ? [[before + name, value]] : flat(value, `${before}${name}.`)));
}

const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();

describe('words', () => {
  const english = new Map(flat(en));
  const chinese = new Map(flat(zh as unknown as Tree));

  it('are there in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([
      'alerts.webhook', 'hub_settings.start_tls', 'hub_settings.tls',
    ].sort());
  });

  it('say something, with the same figures put in', () => {
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe('');
      expect(chinese.get(key)?.trim(), key).not.toBe('');
      expect(holes(chinese.get(key) ?? ''), key).toEqual(holes(text));
    }
  });

  it('are translated, but for names', () => {
    const same = [...english].filter(([key, text]) => chinese.get(key) === text).map(([key]) => key);
    expect(same.sort()).toEqual([
      'app.name', 'dashboard.p50', 'keys.price', 'log.hints.channel', 'log.hints.error_code', 'log.hints.group', 'log.hints.key', 'log.hints.min_charge_usd', 'log.hints.min_ms', 'log.hints.model', 'log.hints.user',
      'overview.p95',
    ]);
  });
});

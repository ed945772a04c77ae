import { describe, expect, it } from 'vitest';
import en from './en';
import enMore from './en-more';
import zh from './zh-CN';
import zhMore from './zh-CN-more';

type Tree = { [name: string]: string | Tree };

function flat(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] => (typeof value === 'string' ? [[before + name, value]] : flat(value, `${before}${name}.`)));
}

const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();

describe('words', () => {
  const english = new Map(flat({ ...en, ...enMore }));
  const chinese = new Map(flat({ ...zh, ...zhMore } as unknown as Tree));

  it('are there in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
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
      'alerts.webhook', 'app.name', 'dashboard.p50', 'hub_settings.start_tls', 'hub_settings.tls', 'keys.price', 'log.hints.channel', 'log.hints.error_code', 'log.hints.group', 'log.hints.key', 'log.hints.min_charge_usd', 'log.hints.min_ms', 'log.hints.model', 'log.hints.user',
      'overview.p95',
    ]);
  });
});

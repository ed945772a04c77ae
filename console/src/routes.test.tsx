import { writeFileSync } from 'node:fs';
import type { RouteObject } from 'react-router';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import pages from './pages.json';
import { routes } from './routes';
import { rooms } from './rooms/rooms';

const paths = (all: readonly RouteObject[]): string[] => all.flatMap((route) => [...(route.path === undefined || route.path === '*' ? [] : [route.path]), ...paths(route.children ?? [])]);

describe('pages', () => {
  it('are the ones that the host is tested with', () => {
    const all = paths(routes).sort();
    if (process.env.UPDATE_DOCS === '1') {
      writeFileSync('src/pages.json', `${JSON.stringify(all, null, 2)}\n`);
    } else {
      expect(all).toEqual([...pages].sort());
    }
  });

  it('are there for everything that the navigation shows', () => {
    const all = paths(routes);
    for (const item of rooms.flatMap((room) => room.nav)) {
      expect(all).toContain(item.to);
    }
  });

  it('have names in the navigation before the words of their rooms are there', () => {
    for (const item of rooms.flatMap((room) => room.nav)) {
      expect(item.title(i18next.getFixedT('en', 'words')), item.to).not.toMatch(/^[a-z_]+\.[a-z_]+$/);
    }
  });
});

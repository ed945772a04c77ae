import type { RouteObject } from 'react-router';
import { describe, expect, it } from 'vitest';
import pages from './pages.json';
import { routes } from './routes';
import { navigation } from './kit/shell/rooms';

const paths = (all: readonly RouteObject[]): string[] => all.flatMap((route) => [...(route.path === undefined || route.path === '*' ? [] : [route.path]), ...paths(route.children ?? [])]);

describe('pages', () => {
  it('are the ones that the host is tested with', () => {
    expect(paths(routes).sort()).toEqual([...pages].sort());
  });

  it('are there for everything that the navigation shows', () => {
    for (const item of navigation) {
      expect(pages).toContain(item.to);
    }
  });
});

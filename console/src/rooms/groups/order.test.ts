import { describe, expect, it } from 'vitest';
import type { AutoPlace } from './calls';
import { membersOf, moved, placesOf, restOf, shifted } from './order';

const members = [{ channel: 'b', priority: 5, weight: 1 }, { channel: 'a', priority: 0, weight: 10 }, { channel: 'c', priority: 5, weight: 3 }];

describe('the order of members', () => {
  it('is by priority, and those of one priority stand beside each other', () => {
    expect(placesOf(members)).toEqual([{ channel: 'a', weight: 10, beside: false }, { channel: 'b', weight: 1, beside: false }, { channel: 'c', weight: 3, beside: true }]);
  });

  it('gives priorities back that mean the same', () => {
    expect(membersOf(placesOf(members))).toEqual([{ channel: 'a', priority: 0, weight: 10 }, { channel: 'b', priority: 1, weight: 1 }, { channel: 'c', priority: 1, weight: 3 }]);
  });

  it('lets nobody stand beside nothing', () => {
    const next = moved(placesOf(members), 2, 0);
    expect(next.map((place) => place.channel)).toEqual(['c', 'a', 'b']);
    expect(membersOf(next).map((member) => member.priority)).toEqual([0, 1, 2]);
    expect(moved([], 0, 1)).toEqual([]);
  });
});

describe('the order of auto', () => {
  const place = (group: string, auto_tier: number, multiplier: number): AutoPlace => ({ group, named: false, auto_tier, multiplier, status: 'active', visibility: 'public', tags: [], channels: 1 });

  it('leaves what is not named to tiers, dearer ones and names', () => {
    const places = [place('named', 0, 9), place('b', 2, 1), place('a', 2, 1), place('dear', 2, 1.5), place('early', 1, 0.1)];
    expect(restOf(places, ['named', 'gone']).map(({ group }) => group)).toEqual(['early', 'dear', 'a', 'b']);
  });

  it('moves one and keeps the others', () => {
    expect(shifted(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(shifted(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
    expect(shifted(['a'], 5, 0)).toEqual(['a']);
  });
});

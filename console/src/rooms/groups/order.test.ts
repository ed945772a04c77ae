import { describe, expect, it } from 'vitest';
import { membersOf, moved, placesOf } from './order';

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

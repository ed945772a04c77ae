import { describe, expect, it } from 'vitest';
import type { AutoPlace } from './calls';
import { membersOf, moved, placesOf, restOf, shifted } from './order';

const members = [{ channel: 'b', priority: 5, weight: 1 }, { channel: 'a', priority: 0, weight: 10 }, { channel: 'c', priority: 5, weight: 3 }];

describe('the order of members', () => {
  it('is by priority, and those of one priority stand beside each other', () => {
    expect(placesOf(members)).toEqual([{ channel: 'a', weight: 10, beside: false, priority: 0 }, { channel: 'b', weight: 1, beside: false, priority: 5 }, { channel: 'c', weight: 3, beside: true, priority: 5 }]);
  });

  it('keeps the numbers that were read while they still say the order', () => {
    const places = placesOf(members);
    expect(membersOf(places)).toEqual([members[1], members[0], members[2]]);
    expect(membersOf([...places, { channel: 'd', weight: 1, beside: false }]).at(-1)).toEqual({ channel: 'd', priority: 6, weight: 1 });
    expect(membersOf(places.map((place) => ({ ...place, beside: place.channel !== 'a' }))).map((member) => member.priority), 'b joins a').toEqual([0, 0, 0]);
  });

  it('counts anew when they no longer do', () => {
    expect(membersOf(moved(placesOf(members), 0, 1)).map((member) => `${String(member.priority)} ${member.channel}`)).toEqual(['0 b', '1 a', '1 c']);
    expect(membersOf(placesOf(members).map((place) => ({ ...place, beside: false }))).map((member) => member.priority), 'c no longer shares').toEqual([0, 1, 2]);
    expect(membersOf([{ channel: 'a', weight: 1, beside: false, priority: 1000 }, { channel: 'b', weight: 1, beside: false }]).map((member) => member.priority)).toEqual([0, 1]);
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

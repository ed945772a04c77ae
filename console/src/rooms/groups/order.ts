import type { AutoPlace, Member } from './calls';

/** A member as the list shows it: in order, and whether it shares its calls with the one above. */
export interface Place {
  channel: string;
  weight: number;
  /** Of one priority with the one above: calls are shared by weight. The first never is. */
  beside: boolean;
}

export function placesOf(members: readonly Member[]): Place[] {
  const sorted = [...members].sort((one, other) => one.priority - other.priority);
  return sorted.map((member, at) => ({ channel: member.channel, weight: member.weight, beside: at > 0 && sorted[at - 1]?.priority === member.priority }));
}

/** Priorities count up from 0, one for each step down. */
export function membersOf(places: readonly Place[]): Member[] {
  let priority = -1;
  return places.map((place, at) => {
    priority += at === 0 || !place.beside ? 1 : 0;
    return { channel: place.channel, priority, weight: place.weight };
  });
}

export function moved(places: readonly Place[], from: number, to: number): Place[] {
  const next = [...places];
  const [one] = next.splice(from, 1);
  if (one === undefined) {
    return next;
  }

  next.splice(to, 0, one);
  return next.map((place, at) => (at === 0 ? { ...place, beside: false } : place));
}

/** One step or many, to another place. */
export function shifted<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) {
    next.splice(to, 0, one);
  }

  return next;
}

/** The groups that auto's named order leaves to themselves: lower tier first, dearer before cheaper, then by name. The hub sorts by the same. */
export function restOf(places: readonly AutoPlace[], order: readonly string[]): AutoPlace[] {
  return places.filter((place) => !order.includes(place.group))
    .sort((one, other) => one.auto_tier - other.auto_tier || other.multiplier - one.multiplier || (one.group < other.group ? -1 : 1));
}

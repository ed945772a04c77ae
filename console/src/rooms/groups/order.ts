import type { AutoPlace, Member } from './calls';

/** A member as the list shows it: in order, and whether it shares its calls with the one above. */
export interface Place {
  channel: string;
  weight: number;
  /** Of one priority with the one above: calls are shared by weight. The first never is. */
  beside: boolean;
  /** The number that it had when it was read; absent = it is new. */
  priority?: number;
}

export function placesOf(members: readonly Member[]): Place[] {
  const sorted = [...members].sort((one, other) => one.priority - other.priority);
  return sorted.map((member, at) => ({ ...member, beside: at > 0 && sorted[at - 1]?.priority === member.priority }));
}

const mostPriority = 1000;

/** The numbers that were read, while they still say the same order; else they count up from 0, one for each step down. */
export function membersOf(places: readonly Place[]): Member[] {
  return numbered(places, (place) => place.priority) ?? numbered(places, () => undefined) ?? [];
}

function numbered(places: readonly Place[], own: (place: Place) => number | undefined): Member[] | undefined {
  const members: Member[] = [];
  let last = -1;
  for (const [at, place] of places.entries()) {
    const priority = at > 0 && place.beside ? last : own(place) ?? last + 1;
    if (priority < last || (priority === last && !place.beside) || priority > mostPriority) {
      return undefined;
    }

    members.push({ channel: place.channel, priority, weight: place.weight });
    last = priority;
  }

  return members;
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

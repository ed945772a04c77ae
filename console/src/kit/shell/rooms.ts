import type { RouteObject } from 'react-router';
import type { Role } from '../api/shapes';
import type { IconName } from '../Icon';

/** A page that the navigation and the command palette show. */
export interface NavItem {
  to: string;
  title: (t: Say) => string;
  icon: IconName;
  /** Who sees it. */
  least: Role;
  /** Operators' pages stand in a block of their own. */
  block: 'own' | 'operate';
  /** Also lit when a page below is shown. */
  below?: boolean;
}

export type Say = ReturnType<typeof import('../words').useWords>['t'];

/** What a room adds to the console. */
export interface Room {
  /** Pages of those who are signed in. Their first parts must not be paths of the relay's or the API's (`/v1`, `/models`, `/responses`, `/api`, …): the hub's own paths win. */
  pages: RouteObject[];
  /** Its words are among those that are loaded when the first such room is opened (`words/*-more.ts`). */
  moreWords?: true;
  nav: NavItem[];
}

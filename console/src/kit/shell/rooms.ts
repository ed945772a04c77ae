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

/** In the order in which they are shown. A new room adds its line here and its route in `routes.tsx`. */
export const navigation: readonly NavItem[] = [
  { to: '/', title: (t) => t('nav.overview'), icon: 'home', least: 'user', block: 'own' },
  { to: '/keys', title: (t) => t('nav.keys'), icon: 'key', least: 'user', block: 'own', below: true },
  { to: '/settings', title: (t) => t('nav.settings'), icon: 'settings', least: 'user', block: 'own', below: true },
];

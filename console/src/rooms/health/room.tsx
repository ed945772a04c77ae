import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Health = lazy(() => import('./Health'));

export const health: Room = {
  pages: [{ path: '/health', element: <Health /> }],
  moreWords: true,
  nav: [{ to: '/health', title: (t) => t('nav.health'), icon: 'pulse', least: 'operator', block: 'operate' }],
};

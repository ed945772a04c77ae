import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Dashboard = lazy(() => import('./Dashboard'));

export const dashboard: Room = {
  pages: [{ path: '/dashboard', element: <Dashboard /> }],
  moreWords: true,
  nav: [{ to: '/dashboard', title: (t) => t('nav.dashboard'), icon: 'gauge', least: 'operator', block: 'operate' }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Audit = lazy(() => import('./Audit'));

export const audit: Room = {
  pages: [
    { path: '/audit', element: <Audit /> },
  ],
  moreWords: true,
  nav: [{ to: '/audit', title: (t) => t('nav.audit'), icon: 'history', least: 'operator', block: 'operate' }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Log = lazy(() => import('./Log'));
const Story = lazy(() => import('./Story'));

export const log: Room = {
  pages: [
    { path: '/log', element: <Log /> },
    { path: '/log/:id', element: <Story /> },
  ],
  moreWords: true,
  nav: [{ to: '/log', title: (t) => t('nav.log'), icon: 'list', least: 'user', block: 'own', below: true }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Keys = lazy(() => import('./Keys'));
const NewKey = lazy(() => import('./NewKey'));
const EditKey = lazy(() => import('./EditKey'));

export const keys: Room = {
  pages: [
    { path: '/keys', element: <Keys /> },
    { path: '/keys/new', element: <NewKey /> },
    { path: '/keys/:id', element: <EditKey /> },
  ],
  nav: [{ to: '/keys', title: (t) => t('nav.keys'), icon: 'key', least: 'user', block: 'own', below: true }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Overview = lazy(() => import('./Overview'));

export const overview: Room = {
  pages: [
    { path: '/', element: <Overview /> },
  ],
  nav: [{ to: '/', title: (t) => t('nav.overview'), icon: 'home', least: 'user', block: 'own' }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Catalog = lazy(() => import('./Catalog'));
const ModelPage = lazy(() => import('./ModelPage'));

export const catalog: Room = {
  pages: [
    { path: '/catalog', element: <Catalog /> },
    { path: '/catalog/:name', element: <ModelPage /> },
  ],
  moreWords: true,
  nav: [{ to: '/catalog', title: (t) => t('nav.catalog'), icon: 'layers', least: 'user', block: 'own', below: true }],
};

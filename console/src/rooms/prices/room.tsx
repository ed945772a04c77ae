import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Prices = lazy(() => import('./Prices'));
const SyncPrices = lazy(() => import('./SyncPrices'));

export const prices: Room = {
  pages: [
    { path: '/prices', element: <Prices /> },
    { path: '/prices/sync', element: <SyncPrices /> },
  ],
  moreWords: true,
  nav: [{ to: '/prices', title: (t) => t('nav.prices'), icon: 'tag', least: 'operator', block: 'operate', below: true }],
};

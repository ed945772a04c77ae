import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Wallet = lazy(() => import('./Wallet'));

export const wallet: Room = {
  pages: [
    { path: '/wallet', element: <Wallet /> },
  ],
  nav: [{ to: '/wallet', title: (t) => t('nav.wallet'), icon: 'wallet', least: 'user', block: 'own' }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Codes = lazy(() => import('./Codes'));

export const codes: Room = {
  pages: [
    { path: '/codes', element: <Codes /> },
  ],
  moreWords: true,
  nav: [{ to: '/codes', title: (t) => t('nav.codes'), icon: 'ticket', least: 'operator', block: 'operate' }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Playground = lazy(() => import('./Playground'));

export const playground: Room = {
  pages: [{ path: '/playground', element: <Playground /> }],
  moreWords: true,
  nav: [{ to: '/playground', title: (t) => t('nav.playground'), icon: 'play', least: 'user', block: 'own' }],
};

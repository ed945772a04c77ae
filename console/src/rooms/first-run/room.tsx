import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const FirstRun = lazy(() => import('./FirstRun'));

export const firstRun: Room = {
  pages: [
    { path: '/welcome', element: <FirstRun /> },
  ],
  nav: [],
};

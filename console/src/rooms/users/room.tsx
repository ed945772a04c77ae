import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Users = lazy(() => import('./Users'));
const UserPage = lazy(() => import('./UserPage'));

export const users: Room = {
  pages: [
    { path: '/users', element: <Users /> },
    { path: '/users/:id', element: <UserPage /> },
  ],
  moreWords: true,
  nav: [{ to: '/users', title: (t) => t('nav.users'), icon: 'users', least: 'operator', block: 'operate', below: true }],
};

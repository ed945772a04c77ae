import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Groups = lazy(() => import('./Groups'));
const NewGroup = lazy(() => import('./NewGroup'));
const GroupPage = lazy(() => import('./GroupPage'));

export const groups: Room = {
  pages: [
    { path: '/groups', element: <Groups /> },
    { path: '/groups/new', element: <NewGroup /> },
    { path: '/groups/:name', element: <GroupPage /> },
    { path: '/groups/:name/:part', element: <GroupPage /> },
  ],
  moreWords: true,
  nav: [{ to: '/groups', title: (t) => t('nav.groups'), icon: 'fork', least: 'operator', block: 'operate', below: true }],
};

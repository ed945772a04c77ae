import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Channels = lazy(() => import('./Channels'));
const NewChannel = lazy(() => import('./NewChannel'));
const ChannelPage = lazy(() => import('./ChannelPage'));

export const channels: Room = {
  pages: [
    { path: '/channels', element: <Channels /> },
    { path: '/channels/new', element: <NewChannel /> },
    { path: '/channels/:id', element: <ChannelPage /> },
    { path: '/channels/:id/:part', element: <ChannelPage /> },
  ],
  moreWords: true,
  nav: [{ to: '/channels', title: (t) => t('nav.channels'), icon: 'plug', least: 'operator', block: 'operate', below: true }],
};

import { lazy } from 'react';
import { Navigate } from 'react-router';
import type { Room } from '@/kit/shell/rooms';

const Settings = lazy(() => import('./Settings'));

export const settings: Room = {
  pages: [
    { path: '/settings', element: <Navigate to="/settings/profile" replace /> },
    { path: '/settings/:part', element: <Settings /> },
  ],
  nav: [{ to: '/settings', title: (t) => t('nav.settings'), icon: 'settings', least: 'user', block: 'own', below: true }],
};

import { lazy } from 'react';
import { Navigate } from 'react-router';
import type { Room } from '@/kit/shell/rooms';

const Alerts = lazy(() => import('./Alerts'));
const MyAlerts = lazy(() => import('./MyAlerts'));

export const alerts: Room = {
  pages: [
    { path: '/alerts', element: <Navigate to="/alerts/now" replace /> },
    { path: '/alerts/:part', element: <Alerts /> },
    { path: '/my-alerts', element: <MyAlerts /> },
  ],
  moreWords: true,
  nav: [
    { to: '/my-alerts', title: (t) => t('nav.my_alerts'), icon: 'bell', least: 'user', block: 'own' },
    { to: '/alerts', title: (t) => t('nav.alerts'), icon: 'bell', least: 'operator', block: 'operate', below: true },
  ],
};

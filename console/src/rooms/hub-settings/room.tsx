import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const HubSettings = lazy(() => import('./HubSettings'));

export const hubSettings: Room = {
  pages: [{ path: '/hub-settings', element: <HubSettings /> }],
  moreWords: true,
  nav: [{ to: '/hub-settings', title: (t) => t('nav.hub_settings'), icon: 'sliders', least: 'owner', block: 'operate' }],
};

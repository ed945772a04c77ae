import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const Configuration = lazy(() => import('./Configuration'));
const ImportNewApi = lazy(() => import('./ImportNewApi'));

export const configuration: Room = {
  pages: [
    { path: '/configuration', element: <Configuration /> },
    { path: '/configuration/import', element: <ImportNewApi /> },
  ],
  moreWords: true,
  nav: [{ to: '/configuration', title: (t) => t('nav.configuration'), icon: 'file', least: 'owner', block: 'operate', below: true }],
};

import { lazy } from 'react';
import type { Room } from '@/kit/shell/rooms';

const ModelList = lazy(() => import('./ModelList'));
const NewModel = lazy(() => import('./NewModel'));
const EditModel = lazy(() => import('./EditModel'));

/** Below the catalogue that everybody sees: what operators say of its models. */
export const models: Room = {
  pages: [
    { path: '/catalog/all', element: <ModelList /> },
    { path: '/catalog/new', element: <NewModel /> },
    { path: '/catalog/:name/change', element: <EditModel /> },
  ],
  moreWords: true,
  nav: [],
};

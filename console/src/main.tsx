import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { newQueryClient, Providers } from './kit/Providers';
import { firstLanguage, startWords } from './kit/words';
import { newRouter } from './routes';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('The page has no element "root".');
}

await startWords(firstLanguage());
createRoot(root).render(
  <StrictMode>
    <Providers client={newQueryClient()}><RouterProvider router={newRouter()} /></Providers>
  </StrictMode>,
);

import { lazy, Suspense, type ReactNode } from 'react';
import { createBrowserRouter, Navigate, useLocation, type RouteObject } from 'react-router';
import { NotFound, RouteTrouble } from './kit/ErrorBoundary';
import { MoreWords } from './kit/MoreWords';
import { Shell } from './kit/shell/Shell';
import { useSession } from './kit/session';
import { Loading, Trouble } from './kit/States';
import { rooms } from './rooms/rooms';
import type { Session } from './kit/api/shapes';
import classes from './kit/shell/shell.module.css';

const SignIn = lazy(() => import('./rooms/session/SignIn'));
const SignUp = lazy(() => import('./rooms/session/SignUp'));
const OneTimeLink = lazy(() => import('./rooms/session/OneTimeLink'));
const SetUp = lazy(() => import('./rooms/session/SetUp'));

function Wait({ children }: { children: ReactNode }) {
  return <Suspense fallback={<div className={classes.wait}><Loading /></div>}>{children}</Suspense>;
}

/** Asks who is here, then shows what they came for. */
function WithSession({ show }: { show: (session: Session) => ReactNode }) {
  const session = useSession();
  if (session.data !== undefined) {
    return <Wait>{show(session.data)}</Wait>;
  }

  return (
    <main className={classes.wait}>
      {session.isError ? <Trouble failure={session.error} retry={() => { void session.refetch(); }} /> : <Loading />}
    </main>
  );
}

/** Pages of those who are signed in; others are sent to sign in, and come back. */
function Guarded() {
  const { pathname, search } = useLocation();
  return (
    <WithSession show={(session) => {
      if (session.needs === 'set_up') {
        return <Navigate to="/set-up" replace />;
      }

      if (!session.signed_in || !session.user) {
        const here = `${pathname}${search}`;
        return <Navigate to={here === '/' ? '/sign-in' : `/sign-in?return=${encodeURIComponent(here)}`} replace />;
      }

      return <Shell me={session.user} rooms={rooms} />;
    }} />
  );
}

/** Every page. `pages.json` lists them for the test of the host that asks for each; `UPDATE_DOCS=1 npm test` writes it. */
export const routes: RouteObject[] = [
  {
    errorElement: <RouteTrouble />,
    children: [
      { path: '/sign-in', element: <WithSession show={(session) => <SignIn session={session} />} /> },
      { path: '/sign-up', element: <WithSession show={(session) => <SignUp session={session} />} /> },
      { path: '/link', element: <Wait><OneTimeLink /></Wait> },
      { path: '/set-up', element: <WithSession show={(session) => <SetUp session={session} />} /> },
      {
        element: <Guarded />,
        children: [
          ...rooms.flatMap((room) => (room.moreWords === true ? room.pages.map((page) => ({ ...page, element: <MoreWords>{page.element}</MoreWords> }) as RouteObject) : room.pages)),
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
];

export const newRouter = () => createBrowserRouter(routes);

import { Button, Group } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Link, isRouteErrorResponse, useRouteError } from 'react-router';
import { Empty } from './States';
import { useWords } from './words';

function Broken() {
  const { t } = useWords();
  return (
    <Empty
      order={1} icon="warn" title={t('trouble.broken')} text={t('trouble.broken_text')}
      action={<Group><Button onClick={() => { window.location.reload(); }}>{t('trouble.reload')}</Button><Button variant="default" component="a" href="/">{t('trouble.home')}</Button></Group>}
    />
  );
}

/** No such page: says so and shows the way home. */
export function NotFound() {
  const { t } = useWords();
  return <Empty order={1} icon="search" title={t('trouble.lost')} text={t('trouble.lost_text')} action={<Button component={Link} to="/">{t('trouble.home')}</Button>} />;
}

/** Where a route's own loading or drawing failed. */
export function RouteTrouble() {
  const failure = useRouteError();
  return isRouteErrorResponse(failure) && failure.status === 404 ? <NotFound /> : <Broken />;
}

/** A part that breaks takes nothing else with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

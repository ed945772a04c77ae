import { Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Icon } from './Icon';
import classes from './page.module.css';

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** Where this page belongs, to go back there. */
  up?: { to: string; title: string };
  actions?: ReactNode;
  /** Forms read better when lines are not as long as the screen is wide. */
  narrow?: boolean;
  children: ReactNode;
}

/** What every page begins with: where one is, what can be done. */
export function Page({ title, lead, up, actions, narrow = false, children }: PageProps) {
  useDocumentTitle(`${title} · AIOHub`);
  return (
    <div className={classes.page} data-narrow={narrow || undefined}>
      <header className={classes.head}>
        <div>
          {up && <Link to={up.to} className={classes.up}><Icon name="left" size={14} />{up.title}</Link>}
          <Title order={1}>{title}</Title>
          {lead !== undefined && <Text c="dimmed" mt={4} maw="68ch">{lead}</Text>}
        </div>
        {actions !== undefined && <Group gap="sm" className={classes.actions}>{actions}</Group>}
      </header>
      <Stack gap="lg">{children}</Stack>
    </div>
  );
}

/** A block of a page with a heading of its own. */
export function Section({ title, lead, actions, children }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={`kit-card ${classes.section}`} aria-label={title}>
      <div className={classes.sectionHead}>
        <div>
          <Title order={2}>{title}</Title>
          {lead !== undefined && <Text c="dimmed" size="sm" mt={2} maw="62ch">{lead}</Text>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

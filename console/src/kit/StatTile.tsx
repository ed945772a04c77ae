import { Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './stat.module.css';

/** One figure that people look at first, and a line that puts it into proportion. */
export function StatTile({ label, value, note, loading = false }: { label: string; value: ReactNode; note?: ReactNode; loading?: boolean }) {
  return (
    <div className={`kit-card ${classes.tile}`}>
      <Text size="sm" c="dimmed" component="dt">{label}</Text>
      <dd className={classes.body}>
        {loading ? <Skeleton height={30} width="60%" my={4} /> : <span className={`figures ${classes.value}`}>{value}</span>}
        {note !== undefined && <Text size="xs" c="dimmed" component="span" className="figures">{note}</Text>}
      </dd>
    </div>
  );
}

export function StatTiles({ children }: { children: ReactNode }) {
  return <dl className={classes.tiles}>{children}</dl>;
}

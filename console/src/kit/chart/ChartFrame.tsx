import { Skeleton, Table } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { ErrorBoundary } from '../ErrorBoundary';
import { Section } from '../Page';
import { useWords } from '../words';
import type { Series } from './SeriesChart';
import classes from './chart.module.css';

const SeriesChart = lazy(() => import('./SeriesChart'));

export interface ChartFrameProps {
  title: string;
  data: Record<string, string | number>[];
  /** The member of a row that stands below it. */
  at: string;
  atTitle: string;
  series: Series[];
  kind: 'bars' | 'area' | 'lines';
  format: (value: number) => string;
}

/** A chart with its heading, and the same as a table for those who do not see it. The drawing code is loaded when the first chart is shown. */
export function ChartFrame({ title, data, at, atTitle, series, kind, format }: ChartFrameProps) {
  const { t } = useWords();
  return (
    <Section title={title}>
      <div aria-hidden="true">
        <ErrorBoundary>
          <Suspense fallback={<Skeleton height={220} />}><SeriesChart data={data} at={at} series={series} kind={kind} format={format} /></Suspense>
        </ErrorBoundary>
      </div>
      <details className={classes.details}>
        <summary>{t('overview.table')}</summary>
        <Table.ScrollContainer minWidth={280}>
          <Table verticalSpacing={4} className="figures">
            <Table.Thead><Table.Tr><Table.Th>{atTitle}</Table.Th>{series.map((one) => <Table.Th key={one.name} ta="right">{one.label}</Table.Th>)}</Table.Tr></Table.Thead>
            <Table.Tbody>
              {data.map((row) => (
                <Table.Tr key={String(row[at])}><Table.Td>{row[at]}</Table.Td>{series.map((one) => <Table.Td key={one.name} ta="right">{format(Number(row[one.name] ?? 0))}</Table.Td>)}</Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </details>
    </Section>
  );
}

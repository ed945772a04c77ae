import { ActionIcon, Button, Checkbox, Group, Menu, Stack, Text, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Icon } from '../Icon';
import { Empty, Loading, Trouble } from '../States';
import { useFormats, useWords } from '../words';
import type { ListState } from './useList';
import classes from './table.module.css';

export interface Column<T> {
  id: string;
  title: string;
  render: (row: T) => ReactNode;
  /** What the API's `sort` calls it. */
  sort?: string;
  /** Figures stand right, one below the other. */
  figures?: boolean;
  /** The row's name: always shown, its heading on a phone. */
  main?: boolean;
  hiddenAtFirst?: boolean;
}

interface DataTableProps<T> {
  label: string;
  /** Under which this browser keeps which columns are shown. */
  name: string;
  list: ListState<T>;
  columns: Column<T>[];
  rowKey: (row: T) => string | number;
  /** Inputs that set filters. */
  filters?: ReactNode;
  /** The last cell: what can be done with a row. */
  actions?: (row: T) => ReactNode;
  empty: ReactNode;
}

/** A list of rows: a table where there is room, cards on a phone. Pages by cursor; filters and order live in the address. */
export function DataTable<T>({ label, name, list, columns, rowKey, filters, actions, empty }: DataTableProps<T>) {
  const { t } = useWords();
  const formats = useFormats();
  const [hidden, setHidden] = useLocalStorage<string[]>({ key: `aiohub-columns-${name}`, defaultValue: columns.filter((column) => column.hiddenAtFirst).map((column) => column.id), getInitialValueInEffect: false });
  const shown = columns.filter((column) => column.main === true || !hidden.includes(column.id));
  const { pages, rows } = list;
  if (pages.isError && rows.length === 0) {
    return <Trouble failure={pages.error} retry={() => { void pages.refetch(); }} />;
  }

  if (pages.isPending) {
    return <div className={`kit-card ${classes.wait}`}><Loading rows={6} /></div>;
  }

  if (rows.length === 0 && !list.filtered) {
    return <div className="kit-card">{empty}</div>;
  }

  const sortable = columns.filter((column) => column.sort !== undefined);
  const turn = (column: Column<T>) => { list.setSort(list.sort === column.sort ? `-${column.sort}` : column.sort ?? ''); };
  return (
    <Stack gap="sm">
      <div className={classes.bar}>
        <Group gap="sm" className={classes.filters}>{filters}{list.filtered && <Button variant="subtle" size="sm" onClick={list.clear}>{t('acts.clear')}</Button>}</Group>
        <Group gap={4} wrap="nowrap">
          {sortable.length > 0 && <SortMenu columns={sortable} sort={list.sort} onSort={list.setSort} />}
          <Menu closeOnItemClick={false} position="bottom-end">
            <Menu.Target><Tooltip label={t('acts.columns')}><ActionIcon size="lg" aria-label={t('acts.columns')}><Icon name="columns" /></ActionIcon></Tooltip></Menu.Target>
            <Menu.Dropdown>
              {columns.filter((column) => column.main !== true).map((column) => (
                <Menu.Item key={column.id} onClick={() => { setHidden((before) => before.includes(column.id) ? before.filter((one) => one !== column.id) : [...before, column.id]); }}>
                  <Checkbox readOnly tabIndex={-1} size="xs" label={column.title} checked={!hidden.includes(column.id)} styles={{ root: { pointerEvents: 'none' } }} />
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </div>
      {rows.length === 0
        ? <div className="kit-card"><Empty icon="search" title={t('states.no_match')} text={t('states.no_match_text')} action={<Button variant="default" onClick={list.clear}>{t('acts.clear')}</Button>} /></div>
        : (
          <div className={`kit-card ${classes.frame}`} data-stale={pages.isPlaceholderData || undefined}>
            <table className={classes.table} aria-label={label} aria-busy={pages.isFetching}>
              <thead>
                <tr>
                  {shown.map((column) => {
                    const active = column.sort !== undefined && list.sort.replace(/^-/, '') === column.sort;
                    const down = list.sort.startsWith('-');
                    return (
                      <th key={column.id} scope="col" data-figures={column.figures} {...(active ? { 'aria-sort': down ? 'descending' as const : 'ascending' as const } : {})}>
                        {column.sort === undefined ? column.title : (
                          <button type="button" className={classes.sort} onClick={() => { turn(column); }}>
                            {column.title}
                            <span className={classes.arrow} data-active={active || undefined}><Icon name={active && down ? 'down' : 'up'} size={13} weight={2.2} /></span>
                          </button>
                        )}
                      </th>
                    );
                  })}
                  {actions && <th scope="col"><span className="kit-unseen">{t('nav.acts')}</span></th>}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={rowKey(row)}>
                    {shown.map((column) => <td key={column.id} data-title={column.title} data-main={column.main} data-figures={column.figures} className={column.figures ? 'figures' : undefined}>{column.render(row)}</td>)}
                    {actions && <td className={classes.acts}>{actions(row)}</td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {pages.isError && <Trouble failure={pages.error} retry={() => { void pages.fetchNextPage(); }} />}
      <Group justify="space-between">
        <Text size="xs" c="dimmed" className="figures" role="status">{t('states.loaded', { count: formats.count(rows.length) as unknown as number })}</Text>
        {pages.hasNextPage && <Button variant="default" size="sm" loading={pages.isFetchingNextPage} onClick={() => { void pages.fetchNextPage(); }}>{t('acts.more')}</Button>}
      </Group>
    </Stack>
  );
}

/** On a phone there are no headings to press. */
function SortMenu<T>({ columns, sort, onSort }: { columns: Column<T>[]; sort: string; onSort: (sort: string) => void }) {
  const { t } = useWords();
  return (
    <div className={classes.phone}>
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon size="lg" aria-label={t('acts.order')}><Icon name="chart" /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          {columns.flatMap((column) => [column.sort ?? '', `-${column.sort ?? ''}`].map((order) => (
            <Menu.Item key={order} onClick={() => { onSort(order); }} leftSection={<Icon name={order.startsWith('-') ? 'down' : 'up'} size={14} />} rightSection={sort === order ? <Icon name="check" size={14} /> : null}>{column.title}</Menu.Item>
          )))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

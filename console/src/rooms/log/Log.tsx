import { ActionIcon, Anchor, Button, Menu, SegmentedControl, Switch, Text, Tooltip } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Query } from '@/kit/api/call';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { mayAct, useSession } from '@/kit/session';
import { Empty, Loading } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import { calls, type CallItem, type CallList, type Scope } from './calls';
import { filterNames, operatorFilters, queryOf } from './filters';
import { LogFilters } from './LogFilters';
import { Outcome } from './Outcome';
import { useTail } from './useTail';
import classes from './log.module.css';

/** How many pages a search goes on by itself that has found too little to fill the window. */
const MostSearched = 60;
const Enough = 20;

export default function Log() {
  const { t } = useWords();
  const formats = useFormats();
  const me = useSession().data?.user;
  const [search, setSearch] = useSearchParams();
  const operates = mayAct(me, 'operator');
  const scope: Scope = operates && search.get('scope') === 'all' ? 'all' : 'own';
  const names = filterNames.filter((name) => scope === 'all' || !operatorFilters.includes(name));
  const client = useQueryClient();
  const list = useList<CallItem>(`calls-${scope}`, ({ sort: _, ...query }) => calls.list(scope, { ...queryOf(query as Record<string, string>, Date.now()), limit: query.limit, after: query.after } as Query), names, '-recorded');
  const last = list.pages.data?.pages.at(-1) as CallList | undefined;
  const first = list.pages.data?.pages[0] as CallList | undefined;
  const [live, setLive] = useState(false);
  // The moment that a span begins at moves on; what is recorded from now on lies behind it anyway.
  const { span: _, ...tailed } = list.filters;
  const tail = useTail(scope, tailed, list.pages.isPlaceholderData ? undefined : first?.newest, live, () => { void client.resetQueries({ queryKey: [`calls-${scope}`] }); });
  const known = new Set(tail.map((row) => row.request_id));
  const rows = [...tail, ...list.rows.filter((row) => !known.has(row.request_id))];

  // A search stops after a tenth of a second and says how far it came; until there is something to look at it goes on.
  const searching = last?.scanned_through != null && last.next != null && list.rows.length < Enough && (list.pages.data?.pages.length ?? 0) < MostSearched;
  const { fetchNextPage, isFetching, isError } = list.pages;
  useEffect(() => {
    if (searching && !isFetching && !isError) {
      void fetchNextPage();
    }
  }, [searching, isFetching, isError, fetchNextPage]);

  const turn = (next: string) => {
    setSearch((before) => {
      const changed = new URLSearchParams(before);
      operatorFilters.concat('key').forEach((name) => { changed.delete(name); });
      if (next === 'all') {
        changed.set('scope', 'all');
      } else {
        changed.delete('scope');
      }

      return changed;
    });
  };
  const story = (call: CallItem) => `/log/${call.request_id}`;
  const input = (call: CallItem) => call.input_tokens + call.cache_read_tokens + call.cache_write_tokens;
  const columns: Column<CallItem>[] = [
    {
      id: 'model', title: t('log.model'), main: true, render: (call) => (
        <div className={classes.model}>
          <Anchor component={Link} to={story(call)} fw={560} c="inherit">{call.served_model === '' ? call.requested_model : call.served_model}</Anchor>
          <Text size="xs" c="dimmed" component="span"><time dateTime={call.at} title={formats.moment(call.at)}>{formats.ago(call.at)}</time>{call.stream ? ` · ${t('log.streamed')}` : ''}</Text>
        </div>
      ),
    },
    { id: 'outcome', title: t('log.outcome'), render: (call) => <Outcome outcome={call.outcome} status={call.status} code={call.error_code} /> },
    {
      id: 'route', title: t('log.route'), render: (call) => (
        <span className={classes.route}>{call.group === '' ? <span className={classes.dim}>{t('log.none')}</span> : call.group}{call.channel != null && call.channel !== '' && <><Icon name="right" size={12} /><span className={classes.dim}>{call.channel}</span></>}</span>
      ),
    },
    ...(scope === 'all' ? [{ id: 'user', title: t('log.user'), render: (call: CallItem) => call.user ?? t('log.gone') }] : []),
    { id: 'key', title: t('log.key'), hiddenAtFirst: scope === 'all', render: (call) => call.key ?? t('log.gone') },
    {
      id: 'tokens', title: t('log.tokens'), figures: true, render: (call) => (
        <span className={classes.stacked}><span>{formats.compact(input(call))} → {formats.compact(call.output_tokens)}</span>{call.cache_read_tokens > 0 && <small>{t('log.cached', { share: formats.share(call.cache_read_tokens / input(call)) })}</small>}</span>
      ),
    },
    { id: 'time', title: t('log.time'), figures: true, render: (call) => <span className={classes.stacked}><span>{formats.duration(call.total_ms)}</span>{call.first_byte_ms != null && <small>{t('log.first_short', { time: formats.duration(call.first_byte_ms) })}</small>}</span> },
    { id: 'charge', title: t('log.charge'), figures: true, render: (call) => <span className={classes.stacked}><span>{formats.money(call.charge_usd)}</span>{call.cost_usd != null && <small>{t('log.cost_short', { usd: formats.money(call.cost_usd) })}</small>}</span> },
    { id: 'dialect', title: t('log.dialect'), hiddenAtFirst: true, render: (call) => call.dialect },
  ];
  const query = queryOf(list.filters, list.pages.dataUpdatedAt);
  return (
    <Page
      title={t('log.title')} lead={t(scope === 'all' ? 'log.lead_all' : 'log.lead')}
      actions={<>
        {operates && <SegmentedControl aria-label={t('log.whose')} value={scope} onChange={turn} data={[{ value: 'own', label: t('log.mine') }, { value: 'all', label: t('log.everybody') }]} />}
        <Switch label={t('log.live')} checked={live} onChange={(event) => { setLive(event.currentTarget.checked); }} />
        <Menu position="bottom-end">
          <Menu.Target><Tooltip label={t('log.export')}><ActionIcon size="lg" aria-label={t('log.export')}><Icon name="download" /></ActionIcon></Tooltip></Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('log.export_hint')}</Menu.Label>
            <Menu.Item component="a" href={calls.file(scope, query, 'csv')} download>CSV</Menu.Item>
            <Menu.Item component="a" href={calls.file(scope, query, 'jsonl')} download>JSON Lines</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </>}
    >
      {searching && rows.length === 0
        ? <><LogFilters scope={scope} list={list} /><div className={`kit-card ${classes.searching}`}><Loading rows={4} /><Text size="sm" c="dimmed" role="status">{t('log.searched', { moment: formats.moment(last.scanned_through) })}</Text></div></>
        : (
          <DataTable
            label={t('log.title')} name={`calls-${scope}`} list={{ ...list, rows }} columns={columns} rowKey={(call) => call.request_id} filters={<LogFilters scope={scope} list={list} />}
            empty={<Empty icon="list" title={t('log.empty')} text={t('log.empty_text')} action={<Button component={Link} to="/welcome">{t('overview.first')}</Button>} />}
          />
        )}
      {rows.length > 0 && last?.scanned_through != null && <Text size="xs" c="dimmed" role="status">{t('log.searched', { moment: formats.moment(last.scanned_through) })}</Text>}
    </Page>
  );
}

import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { ChartFrame } from '@/kit/chart/ChartFrame';
import { Page } from '@/kit/Page';
import { StatTile, StatTiles } from '@/kit/StatTile';
import { Empty, Loading, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { usage } from './calls';
import { daysOf, hitShare, spanOf } from './span';

const spans = ['7', '30', '90'] as const;

/** What the keys did lately: spend, tokens, cache hits, latency. */
export default function Overview() {
  const { t, language } = useWords();
  const formats = useFormats();
  const [search, setSearch] = useSearchParams();
  const days = spans.find((span) => span === search.get('days')) ?? '30';
  // One moment for all calls of a visit: keys of queries must not change with each drawing.
  const [now] = useState(() => Date.now());
  const span = useMemo(() => spanOf(Number(days), now), [days, now]);
  const totals = useQuery({ queryKey: ['usage', 'totals', span], queryFn: () => usage.totals(span) });
  const series = useQuery({ queryKey: ['usage', 'series', span], queryFn: () => usage.series({ ...span, step: 'day' }) });
  const wallet = useQuery({ queryKey: ['wallet'], queryFn: usage.wallet });
  const all = totals.data;
  const rows = useMemo(() => daysOf(span, series.data?.points ?? [], language), [span, series.data, language]);
  const quiet = all?.calls === 0;
  const titles = { '7': t('overview.d7'), '30': t('overview.d30'), '90': t('overview.d90') };
  return (
    <Page
      title={t('overview.title')} lead={t('overview.lead', { days })}
      actions={<SegmentedControl aria-label={t('overview.period')} value={days} onChange={(value) => { setSearch(value === '30' ? {} : { days: value }, { replace: true }); }} data={spans.map((value) => ({ value, label: titles[value] }))} />}
    >
      {totals.isError && <Trouble failure={totals.error} retry={() => { void totals.refetch(); void series.refetch(); }} />}
      {!totals.isError && (
        <StatTiles>
          <StatTile label={t('overview.balance')} value={formats.money(wallet.data?.balance_usd)} note={t('overview.left')} loading={wallet.isPending} />
          <StatTile label={t('overview.spend')} value={formats.money(all?.charge_usd)} loading={totals.isPending} />
          <StatTile label={t('overview.calls')} value={formats.compact(all?.calls)} note={all && all.calls > 0 ? t('overview.errors', { share: formats.share(all.errors / all.calls) }) : undefined} loading={totals.isPending} />
          <StatTile label={t('overview.tokens')} value={formats.compact(all && all.input_tokens + all.cache_read_tokens + all.cache_write_tokens + all.output_tokens)} note={all && t('overview.in_out', { in: formats.compact(all.input_tokens + all.cache_read_tokens + all.cache_write_tokens), out: formats.compact(all.output_tokens) })} loading={totals.isPending} />
          <StatTile label={t('overview.hits')} value={formats.share(all && hitShare(all))} note={t('overview.of_input')} loading={totals.isPending} />
          <StatTile label={t('overview.latency')} value={formats.duration(all?.p50_ms)} note={all?.p95_ms == null ? undefined : t('overview.p95', { time: formats.duration(all.p95_ms) })} loading={totals.isPending} />
        </StatTiles>
      )}
      {quiet && <div className="kit-card"><Empty icon="chart" title={t('overview.quiet')} text={t('overview.quiet_text')} action={<Button component={Link} to="/welcome">{t('overview.first')}</Button>} /></div>}
      {series.isPending && !series.isError && <Loading rows={6} />}
      {series.isError && !totals.isError && <Trouble failure={series.error} retry={() => { void series.refetch(); }} />}
      {series.data !== undefined && !quiet && (
        <>
          <ChartFrame title={t('overview.spend_chart')} kind="bars" data={rows} at="day" atTitle={t('overview.day')} format={formats.money} series={[{ name: 'spend', label: t('overview.spend'), color: 'accent.6' }]} />
          <ChartFrame
            title={t('overview.token_chart')} kind="bars" data={rows} at="day" atTitle={t('overview.day')} format={formats.compact}
            series={[{ name: 'read', label: t('overview.read'), color: 'accent.3' }, { name: 'input', label: t('overview.input'), color: 'accent.6' }, { name: 'output', label: t('overview.output'), color: 'gray.5' }]}
          />
        </>
      )}
    </Page>
  );
}

import { Button, SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { ChartFrame } from '@/kit/chart/ChartFrame';
import { Delta } from '@/kit/Delta';
import { Page, Section } from '@/kit/Page';
import { RankList } from '@/kit/RankList';
import { StatTile, StatTiles } from '@/kit/StatTile';
import { Empty, Loading, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { all, type Totals } from './calls';
import { Flow } from './Flow';
import { dashboardSpans, rowsOf, spanFor, type DashboardSpan } from './steps';
import classes from './dashboard.module.css';

type Figures = Omit<Totals, 'before' | 'behind'>;
const input = (one: Figures) => one.input_tokens + one.cache_read_tokens + one.cache_write_tokens;
const rate = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);

/** What all calls came to: traffic, money, errors, times, and where it all went. */
export default function Dashboard() {
  const { t, language } = useWords();
  const formats = useFormats();
  const [search, setSearch] = useSearchParams();
  const wish = search.get('span') ?? '24h';
  const name: DashboardSpan = wish in dashboardSpans ? wish as DashboardSpan : '24h';
  const [now] = useState(() => Date.now());
  const span = useMemo(() => spanFor(name, now), [name, now]);
  const totals = useQuery({ queryKey: ['all-usage', 'totals', span], queryFn: () => all.totals(span) });
  const series = useQuery({ queryKey: ['all-usage', 'series', span], queryFn: () => all.series(span, dashboardSpans[name].step) });
  const flow = useQuery({ queryKey: ['all-usage', 'flow', span], queryFn: () => all.flow(span) });
  const rows = useMemo(() => rowsOf(name, span, series.data?.points ?? [], language) as Record<string, string | number>[], [name, span, series.data, language]);
  const figures = totals.data;
  const before = figures?.before;
  const titles = { '24h': t('dashboard.h24'), '7d': t('overview.d7'), '30d': t('overview.d30'), '90d': t('overview.d90') };
  const again = () => { void totals.refetch(); void series.refetch(); void flow.refetch(); };
  const wait = totals.isPending;
  const errors = figures && rate(figures.errors, figures.calls);
  const hits = figures && rate(figures.cache_read_tokens, input(figures));
  const margin = figures && rate(figures.margin_usd ?? 0, figures.charge_usd);
  const logSpan = name === '90d' ? '30d' : name;
  const chart = { data: rows, at: 'at', atTitle: t('dashboard.when') };
  return (
    <Page
      title={t('dashboard.title')} lead={t('dashboard.lead')}
      actions={<SegmentedControl aria-label={t('overview.period')} value={name} onChange={(value) => { setSearch(value === '24h' ? {} : { span: value }, { replace: true }); }} data={(Object.keys(dashboardSpans) as DashboardSpan[]).map((value) => ({ value, label: titles[value] }))} />}
    >
      {totals.isError ? <Trouble failure={totals.error} retry={again} /> : (
        <StatTiles>
          <StatTile label={t('dashboard.calls')} value={formats.compact(figures?.calls)} note={<Delta now={figures?.calls} before={before?.calls} />} loading={wait} />
          <StatTile label={t('dashboard.charge')} value={formats.money(figures?.charge_usd)} note={<Delta now={figures?.charge_usd} before={before?.charge_usd} more="good" />} loading={wait} />
          <StatTile label={t('dashboard.margin')} value={formats.money(figures?.margin_usd)} note={<>{margin !== undefined && formats.share(margin)} <Delta now={figures?.margin_usd} before={before?.margin_usd} more="good" /></>} loading={wait} />
          <StatTile label={t('dashboard.error_rate')} value={formats.share(errors)} note={<Delta now={errors} before={before && rate(before.errors, before.calls)} more="bad" />} loading={wait} />
          <StatTile label={t('dashboard.latency')} value={formats.duration(figures?.p95_ms)} note={<>{t('dashboard.p50', { time: formats.duration(figures?.p50_ms) })} <Delta now={figures?.p95_ms} before={before?.p95_ms} more="bad" /></>} loading={wait} />
          <StatTile label={t('dashboard.hits')} value={formats.share(hits)} note={<Delta now={hits} before={before && rate(before.cache_read_tokens, input(before))} more="good" />} loading={wait} />
        </StatTiles>
      )}
      {(figures?.behind ?? 0) > 0 && <Text size="sm" c="dimmed" role="status">{t('dashboard.behind', { calls: formats.count(figures?.behind) })}</Text>}
      {figures?.calls === 0 && <div className="kit-card"><Empty icon="chart" title={t('overview.quiet')} text={t('dashboard.quiet_text')} action={<Button component={Link} to="/keys/new">{t('nav.new_key')}</Button>} /></div>}
      {series.isPending && <Loading rows={6} />}
      {series.isError && !totals.isError && <Trouble failure={series.error} retry={again} />}
      {series.data !== undefined && figures !== undefined && figures.calls > 0 && (
        <div className={classes.pair}>
          <ChartFrame {...chart} title={t('dashboard.traffic')} kind="bars" format={formats.compact} series={[{ name: 'answered', label: t('dashboard.answered'), color: 'accent.6' }, { name: 'errors', label: t('dashboard.errors'), color: 'red.6' }]} />
          <ChartFrame {...chart} title={t('dashboard.money')} kind="lines" format={formats.money} series={[{ name: 'charge', label: t('dashboard.charge'), color: 'accent.6' }, { name: 'cost', label: t('dashboard.cost'), color: 'gray.5' }]} />
          <ChartFrame {...chart} title={t('dashboard.times')} kind="lines" format={formats.duration} series={[{ name: 'p50', label: 'p50', color: 'accent.3' }, { name: 'p95', label: 'p95', color: 'accent.6' }, { name: 'p99', label: 'p99', color: 'gray.5' }]} />
          <ChartFrame {...chart} title={t('dashboard.first')} kind="lines" format={formats.duration} series={[{ name: 'first', label: t('dashboard.first_p50'), color: 'accent.6' }]} />
        </div>
      )}
      {figures !== undefined && figures.calls > 0 && (
        <>
          <div className={classes.three}>
            <Ranking by="model" span={span} log={logSpan} />
            <Ranking by="user" span={span} log={logSpan} />
            <Ranking by="channel" span={span} log={logSpan} />
          </div>
          <Section title={t('dashboard.flow')} lead={t('dashboard.flow_lead')}>
            {flow.isError ? <Trouble failure={flow.error} retry={again} /> : flow.data === undefined ? <Loading rows={4} /> : <Flow links={flow.data.links} span={logSpan} />}
          </Section>
        </>
      )}
    </Page>
  );
}

/** The dearest of a kind, each leading to its calls. */
function Ranking({ by, span, log }: { by: 'model' | 'user' | 'channel'; span: { from: string; to: string }; log: string }) {
  const { t } = useWords();
  const formats = useFormats();
  const rank = useQuery({ queryKey: ['all-usage', 'rank', by, span], queryFn: () => all.rank(span, by) });
  return (
    <Section title={t(`dashboard.top.${by}`)}>
      {rank.isError ? <Trouble failure={rank.error} retry={() => { void rank.refetch(); }} /> : rank.data === undefined ? <Loading rows={4} /> : (
        <RankList
          label={t(`dashboard.top.${by}`)} format={formats.money} others={{ count: rank.data.other_count, value: rank.data.other_charge_usd }}
          rows={rank.data.items.map((item) => ({
            key: item.key, name: item.key === '' ? t('dashboard.nothing_served') : item.name ?? (by === 'user' ? t('dashboard.gone', { id: item.key }) : item.key), value: item.charge_usd, before: item.before_charge_usd,
            note: t('dashboard.calls_of', { calls: formats.compact(item.calls) }), ...(item.key === '' ? {} : { to: `/log?scope=all&${by}=${encodeURIComponent(item.key)}&span=${log}` }),
          }))}
        />
      )}
    </Section>
  );
}

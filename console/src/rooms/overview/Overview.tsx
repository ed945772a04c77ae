import { Button, SegmentedControl } from '@mantine/core';
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
import { usage } from './calls';
import { daysOf, hitShare, spanOf } from './span';
import classes from './overview.module.css';

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
          <StatTile label={t('overview.spend')} value={formats.money(all?.charge_usd)} note={<Delta now={all?.charge_usd} before={all?.before.charge_usd} />} loading={totals.isPending} />
          <StatTile label={t('overview.calls')} value={formats.compact(all?.calls)} note={all && all.calls > 0 ? <>{t('overview.errors', { share: formats.share(all.errors / all.calls) })} <Delta now={all.calls} before={all.before.calls} /></> : undefined} loading={totals.isPending} />
          <StatTile label={t('overview.tokens')} value={formats.compact(all && all.input_tokens + all.cache_read_tokens + all.cache_write_tokens + all.output_tokens)} note={all && t('overview.in_out', { in: formats.compact(all.input_tokens + all.cache_read_tokens + all.cache_write_tokens), out: formats.compact(all.output_tokens) })} loading={totals.isPending} />
          <StatTile label={t('overview.hits')} value={formats.share(all && hitShare(all))} note={<>{t('overview.of_input')} <Delta now={all && hitShare(all)} before={all && hitShare(all.before)} more="good" /></>} loading={totals.isPending} />
          <StatTile label={t('overview.latency')} value={formats.duration(all?.p50_ms)} note={all?.p95_ms == null ? undefined : <>{t('overview.p95', { time: formats.duration(all.p95_ms) })} <Delta now={all.p50_ms} before={all.before.p50_ms} more="bad" /></>} loading={totals.isPending} />
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
          <div className={classes.pair}>
            <Ranking by="model" span={span} />
            <Ranking by="key" span={span} />
          </div>
        </>
      )}
    </Page>
  );
}

/** What one's models or keys came to, dearest first, each leading to its calls. */
function Ranking({ by, span }: { by: 'model' | 'key'; span: { from: string; to: string } }) {
  const { t } = useWords();
  const formats = useFormats();
  const rank = useQuery({ queryKey: ['usage', 'rank', by, span], queryFn: () => usage.rank({ ...span, by, limit: 6 }) });
  return (
    <Section title={t(`overview.by_${by}`)}>
      {rank.isError ? <Trouble failure={rank.error} retry={() => { void rank.refetch(); }} /> : rank.data === undefined ? <Loading rows={4} /> : (
        <RankList
          label={t(`overview.by_${by}`)} format={formats.money} others={{ count: rank.data.other_count, value: rank.data.other_charge_usd }}
          rows={rank.data.items.map((item) => ({
            key: item.key, name: item.key === '' ? t('overview.unserved') : item.name ?? (by === 'key' ? t('overview.revoked_key', { id: item.key }) : item.key), value: item.charge_usd, before: item.before_charge_usd,
            note: t('overview.calls_of', { calls: formats.compact(item.calls) }), ...(item.key === '' ? {} : { to: `/log?${by}=${encodeURIComponent(item.key)}` }),
          }))}
        />
      )}
    </Section>
  );
}

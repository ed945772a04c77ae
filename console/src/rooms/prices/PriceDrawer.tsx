import { Anchor, Drawer, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Problem } from '@/kit/api/problem';
import { Empty, Loading, Pill, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { placeOf } from '@/rooms/models/calls';
import { prices, type PriceRow } from './calls';
import { EditPrice } from './EditPrice';
import classes from './prices.module.css';

/** One model's prices: what they were, are and will be; and a change, seen before it is made. */
export function PriceDrawer({ model, part, onPart, onClose }: { model: string | undefined; part: string; onPart: (part: string) => void; onClose: () => void }) {
  const { t } = useWords();
  const history = useQuery({ queryKey: ['prices', 'history', model], queryFn: () => prices.history(model ?? ''), enabled: model !== undefined, retry: false });
  const unknown = history.error instanceof Problem && history.error.status === 404;
  const read = history.data;
  return (
    <Drawer opened={model !== undefined} onClose={onClose} position="right" size="xl" closeButtonProps={{ 'aria-label': t('acts.close') }} title={<span><Text fw={650} size="lg" component="span" display="block">{read?.display_name ?? model}</Text><Text size="xs" c="dimmed" ff="monospace" component="span">{model}</Text></span>}>
      {history.isPending && <Loading rows={6} />}
      {history.isError && !unknown && <Trouble failure={history.error} retry={() => { void history.refetch(); }} />}
      {(read !== undefined || unknown) && model !== undefined && <Anchor component={Link} to={placeOf(model)} size="sm" display="inline-block" mb="sm">{t('models.facts')}</Anchor>}
      {(read !== undefined || unknown) && model !== undefined && (
        <Tabs value={part === 'edit' || unknown ? 'edit' : 'history'} onChange={(next) => { onPart(next === 'edit' ? 'edit' : ''); }} keepMounted={false}>
          <Tabs.List><Tabs.Tab value="history" disabled={unknown}>{t('prices.history')}</Tabs.Tab><Tabs.Tab value="edit">{t('prices.change')}</Tabs.Tab></Tabs.List>
          <Tabs.Panel value="history" pt="md">{read !== undefined && <History read={read} />}</Tabs.Panel>
          <Tabs.Panel value="edit" pt="md"><EditPrice model={model} read={read} onDone={() => { onPart(''); }} /></Tabs.Panel>
        </Tabs>
      )}
    </Drawer>
  );
}

type Read = Awaited<ReturnType<typeof prices.history>>;

function History({ read }: { read: Read }) {
  const { t } = useWords();
  const formats = useFormats();
  if (read.rows.length === 0) {
    return <Empty icon="history" title={t('prices.no_rows')} text={t('prices.no_rows_text')} order={3} />;
  }

  const tone = { in_force: 'good', coming: 'warn', past: 'plain', retired: 'plain' } as const;
  return (
    <ol className={classes.rows} aria-label={t('prices.history')}>
      {read.rows.map((row) => {
        const state = row.state as keyof typeof tone;
        return (
          <li key={row.version} data-now={row.state === 'in_force' || undefined}>
            <div className={classes.rowHead}>
              <Text fw={600} size="sm" className="figures">{row.price.from == null ? '–' : formats.date(row.price.from)}{row.price.to == null ? '' : ` – ${formats.date(row.price.to)}`}</Text>
              <span className={classes.pills}>{row.group != null && <Pill>{row.group}</Pill>}<Pill tone={tone[state]}>{t(`prices.state_${state}`)}</Pill></span>
            </div>
            <Rates row={row.price} />
            <Text size="xs" c="dimmed">
              {row.source === 'builtin' ? t('prices.came') : row.source === 'sync' ? t('prices.by_sync', { id: row.sync ?? 0, source: row.sync_source ?? '' }) : t('prices.by_hand')}
              {row.source !== 'builtin' && row.added_by != null && ` · ${row.added_by}`}{row.source !== 'builtin' && row.added_at != null && ` · ${formats.moment(row.added_at)}`}
              {row.retired_at != null && ` · ${t('prices.retired_on', { when: formats.moment(row.retired_at), who: row.retired_by ?? '–' })}`}
              {' · '}<code>{row.version}</code>
            </Text>
          </li>
        );
      })}
    </ol>
  );
}

/** A row's amounts; tiers and the rest are named as files do. */
export function Rates({ row }: { row: PriceRow }) {
  const formats = useFormats();
  const amounts = Object.entries(row).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const tiers = (row.tiers ?? []).flatMap((tier) => Object.entries(tier).filter(([name, value]) => name !== 'above' && typeof value === 'number').map(([name, value]) => [`> ${formats.compact(tier.above)}: ${name}`, value as unknown as number] as const));
  const others = ['per_1k', 'service_tiers', 'regions'] as const;
  const maps = others.flatMap((name) => Object.entries(row[name] ?? {}).map(([key, value]) => [`${name}.${key}`, value] as const));
  return (
    <dl className={classes.amounts}>
      {[...amounts, ...tiers, ...maps].map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="figures">{/service_tiers|regions/.test(name) ? `× ${String(value)}` : row.currency == null ? formats.money(value) : `${String(value)} ${row.currency}`}</dd></div>)}
      {(row.schedule?.length ?? 0) > 0 && <div><dt>schedule</dt><dd>{row.schedule?.map((window) => `${(window.days ?? []).join(' ')} ${window.from ?? ''}–${window.to ?? ''} × ${String(window.multiplier)}`).join('; ')}</dd></div>}
    </dl>
  );
}

import { Anchor, Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Caution, Empty, Pill } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import { placeOf } from '@/rooms/models/calls';
import { prices, type PriceItem } from './calls';
import { PriceDrawer } from './PriceDrawer';
import classes from './prices.module.css';

/** What models cost of their own, and where somebody set something else. */
export default function Prices() {
  const { t } = useWords();
  const formats = useFormats();
  const [search, setSearch] = useSearchParams();
  const list = useList<PriceItem>('prices', prices.list, ['text', 'origin', 'missing'], 'model');
  const missing = useQuery({ queryKey: ['prices', 'missing'], queryFn: prices.missing });
  const [find, setFind] = useState(list.filters.text ?? '');
  const lookUp = useDebouncedCallback((text: string) => { list.setFilter('text', text.trim()); }, 250);
  const open = (model: string | undefined, part = '') => {
    setSearch((before) => { const next = new URLSearchParams(before); next.delete('part'); if (model === undefined) next.delete('model'); else { next.set('model', model); if (part !== '') next.set('part', part); } return next; });
  };
  const rate = (item: PriceItem, of: 'input' | 'output' | 'cache_read') => {
    const usd = item.price?.price[of];
    return usd == null ? <Text component="span" size="sm" c="dimmed">–</Text> : item.price?.price.currency == null ? formats.money(usd) : `${String(usd)} ${item.price.price.currency}`;
  };
  const columns: Column<PriceItem>[] = [
    { id: 'model', title: t('prices.model'), main: true, render: (item) => <div className={classes.name}><Anchor component="button" type="button" fw={560} c="inherit" ta="left" onClick={() => { open(item.model); }}>{item.display_name}</Anchor><Text size="xs" c="dimmed" ff="monospace">{item.model}</Text></div> },
    { id: 'vendor', title: t('prices.vendor'), render: (item) => item.vendor },
    { id: 'input', title: t('prices.input'), figures: true, render: (item) => rate(item, 'input') },
    { id: 'cache', title: t('prices.cache_read'), figures: true, render: (item) => rate(item, 'cache_read') },
    { id: 'output', title: t('prices.output'), figures: true, render: (item) => rate(item, 'output') },
    { id: 'origin', title: t('prices.origin'), render: (item) => <span className={classes.pills}>{item.price == null ? <Pill tone={item.offered.length > 0 ? 'bad' : 'plain'}>{t('prices.none')}</Pill> : <Pill tone={item.origin === 'own' ? 'good' : 'plain'}>{t(item.origin === 'own' ? 'prices.own' : 'prices.builtin')}</Pill>}{item.next?.price.from != null && <Pill tone="warn">{t('prices.changes', { day: formats.date(item.next.price.from) })}</Pill>}</span> },
    { id: 'groups', title: t('prices.own_groups'), render: (item) => (item.own_groups.length === 0 ? <Text component="span" size="sm" c="dimmed">–</Text> : item.own_groups.join(', ')) },
  ];
  const wanted = missing.data?.items ?? [];
  return (
    <Page title={t('prices.title')} lead={t('prices.lead')} actions={<Button component={Link} to="/prices/sync" leftSection={<Icon name="refresh" size={16} />}>{t('prices.sync')}</Button>}>
      {wanted.length > 0 && (
        <Caution title={t('prices.missing_title', { count: formats.count(wanted.length) as unknown as number })}>
          <Text size="sm">{t('prices.missing_text')}</Text>
          <ul className={classes.missing}>
            {wanted.slice(0, 5).map((one) => <li key={one.model}><Anchor component="button" type="button" size="sm" onClick={() => { open(one.model, 'edit'); }}>{one.model}</Anchor> <Text component="span" size="sm" c="dimmed">{one.refused > 0 ? t('prices.refused', { count: formats.count(one.refused) as unknown as number, groups: one.groups.slice(0, 3).join(', ') }) : one.groups.slice(0, 4).join(', ')}</Text>{!one.in_catalog && <> <Anchor component={Link} size="sm" to={`/catalog/new?id=${encodeURIComponent(one.model)}`} aria-label={`${t('models.add_it')}: ${one.model}`}>{t('models.add_it')}</Anchor></>}</li>)}
          </ul>
          {wanted.length > 5 && <Button size="xs" variant="default" onClick={() => { list.setFilter('missing', 'true'); }}>{t('prices.show_missing')}</Button>}
        </Caution>
      )}
      <DataTable
        label={t('prices.title')} name="prices" list={list} columns={columns} rowKey={(item) => item.model} empty={<Empty icon="tag" title={t('prices.empty')} />}
        filters={<>
          <TextInput className={classes.find} aria-label={t('prices.find')} placeholder={t('prices.find')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); lookUp(change.currentTarget.value); }} />
          <Select aria-label={t('prices.origin')} w={170} value={list.filters.origin ?? ''} onChange={(value) => { list.setFilter('origin', value ?? ''); }} data={[{ value: '', label: t('prices.any_origin') }, { value: 'own', label: t('prices.own') }, { value: 'builtin', label: t('prices.builtin') }]} allowDeselect={false} />
          <Select aria-label={t('prices.missing_filter')} w={170} value={list.filters.missing ?? ''} onChange={(value) => { list.setFilter('missing', value ?? ''); }} data={[{ value: '', label: t('prices.any_state') }, { value: 'true', label: t('prices.only_missing') }, { value: 'false', label: t('prices.only_priced') }]} allowDeselect={false} />
        </>}
        actions={(item) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <Button size="compact-sm" variant="subtle" component={Link} to={placeOf(item.model)} aria-label={`${t('models.facts')}: ${item.model}`}>{t('models.facts')}</Button>
            <Button size="compact-sm" variant="default" aria-label={`${t('acts.edit')}: ${item.model}`} onClick={() => { open(item.model, 'edit'); }}>{t('acts.edit')}</Button>
          </Group>
        )}
      />
      <PriceDrawer key={search.get('model') ?? ''} model={search.get('model') ?? undefined} part={search.get('part') ?? ''} onPart={(part) => { open(search.get('model') ?? undefined, part); }} onClose={() => { open(undefined); }} />
    </Page>
  );
}

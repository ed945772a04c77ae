import { Anchor, Button, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { me } from '@/kit/api/session';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { mayAct, useSession } from '@/kit/session';
import { Empty, Pill } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import { capabilities, catalog, cheapest, isCapability, type Model } from './calls';
import classes from './catalog.module.css';

/** Every model that one can reach, and what it costs where. */
export default function Catalog() {
  const { t } = useWords();
  const formats = useFormats();
  const list = useList<Model>('models', catalog.list, ['text', 'vendor', 'capability', 'group'], 'id');
  const operator = mayAct(useSession().data?.user, 'operator');
  const groups = useQuery({ queryKey: ['groups'], queryFn: me.groups });
  const everything = useQuery({ queryKey: ['models', 'vendors'], queryFn: () => catalog.list({ limit: 200 }), staleTime: 300_000 });
  const vendors = [...new Set((everything.data?.items ?? []).map((model) => model.vendor))].filter((vendor) => vendor !== '').sort();
  const [find, setFind] = useState(list.filters.text ?? '');
  const search = useDebouncedCallback((text: string) => { list.setFilter('text', text.trim()); }, 250);
  const rate = (model: Model, of: 'input_usd' | 'output_usd') => {
    const best = cheapest(model, list.filters.group);
    return best?.now == null ? <Text component="span" size="sm" c="dimmed">–</Text> : formats.money(best.now[of]);
  };
  const columns: Column<Model>[] = [
    { id: 'name', title: t('catalog.model'), main: true, render: (model) => <div className={classes.name}><Anchor component={Link} to={`/catalog/${encodeURIComponent(model.id)}`} fw={560} c="inherit">{model.display_name}</Anchor><Text size="xs" c="dimmed" ff="monospace">{model.id}</Text></div> },
    { id: 'vendor', title: t('catalog.vendor'), render: (model) => model.vendor },
    { id: 'window', title: t('catalog.window'), figures: true, render: (model) => (model.context_window == null ? '–' : <span>{formats.compact(model.context_window)}{model.long_context_window != null && <Text component="span" size="xs" c="dimmed"> / {formats.compact(model.long_context_window)}</Text>}</span>) },
    { id: 'can', title: t('catalog.can'), render: (model) => <Abilities names={model.capabilities} most={4} /> },
    { id: 'input', title: t('catalog.input'), figures: true, render: (model) => rate(model, 'input_usd') },
    { id: 'output', title: t('catalog.output'), figures: true, render: (model) => rate(model, 'output_usd') },
    { id: 'groups', title: t('catalog.groups'), figures: true, render: (model) => (model.available ? formats.count(model.groups.filter((group) => group.available).length) : <Pill tone="warn">{t('catalog.unavailable')}</Pill>) },
  ];
  const filter = (name: string) => (value: string | null) => { list.setFilter(name, value ?? ''); };
  return (
    <Page title={t('catalog.title')} lead={t('catalog.lead')} actions={operator && <Button variant="default" component={Link} to="/catalog/all" leftSection={<Icon name="book" size={16} />}>{t('models.manage')}</Button>}>
      <DataTable
        label={t('catalog.title')} name="models" list={list} columns={columns} rowKey={(model) => model.id}
        empty={<Empty icon="layers" title={t('catalog.empty')} text={t('catalog.empty_text')} />}
        filters={<>
          <TextInput className={classes.find} aria-label={t('catalog.find')} placeholder={t('catalog.find')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); search(change.currentTarget.value); }} />
          <Select className={classes.pick} aria-label={t('catalog.vendor')} placeholder={t('catalog.any_vendor')} clearable searchable value={list.filters.vendor === '' ? null : list.filters.vendor ?? null} onChange={filter('vendor')} data={vendors} />
          <Select className={classes.pick} aria-label={t('catalog.capability')} placeholder={t('catalog.any_capability')} clearable value={list.filters.capability === '' ? null : list.filters.capability ?? null} onChange={filter('capability')} data={capabilities.map((name) => ({ value: name, label: t(`catalog.${name}`) }))} />
          <Select className={classes.pick} aria-label={t('catalog.group')} placeholder={t('catalog.any_group')} clearable searchable value={list.filters.group === '' ? null : list.filters.group ?? null} onChange={filter('group')} data={(groups.data?.items ?? []).filter((group) => group.name !== 'auto').map((group) => ({ value: group.name, label: group.name }))} />
        </>}
      />
    </Page>
  );
}

/** What a model or a group can do, in words. */
export function Abilities({ names, most = 99 }: { names: readonly string[]; most?: number }) {
  const { t } = useWords();
  const known = capabilities.filter((name) => names.includes(name));
  if (known.length === 0) {
    return <Text size="sm" c="dimmed" component="span">–</Text>;
  }

  const rest = known.slice(most);
  return (
    <span className={classes.chips}>
      {known.slice(0, most).map((name) => <span key={name} className={classes.chip}>{t(`catalog.${name}`)}</span>)}
      {rest.length > 0 && <span className={classes.chip} title={rest.filter(isCapability).map((name) => t(`catalog.${name}`)).join(', ')}>+{rest.length}</span>}
    </span>
  );
}

import { Anchor, Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Trouble } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { Abilities } from '@/rooms/catalog/Catalog';
import { models as door, placeOf, type Model } from './calls';
import { OriginPill } from './EditModel';
import { kinds } from './modelForm';
import classes from './models.module.css';

/** The whole catalogue, offered or not: what came with the hub, what was changed, what was added. */
export default function ModelList() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const navigate = useNavigate();
  const list = useList<Model>('catalog-models', door.list, ['text', 'kind', 'origin'], 'id');
  const [find, setFind] = useState(list.filters.text ?? '');
  const search = useDebouncedCallback((text: string) => { list.setFilter('text', text.trim()); }, 250);
  const [failure, setFailure] = useState<unknown>();
  const bringBack = async (model: Model) => {
    setFailure(undefined);
    try {
      await door.add({ id: model.id });
      await Promise.all([['catalog-models'], ['models'], ['prices']].map((queryKey) => client.invalidateQueries({ queryKey })));
      toastDone(t('models.brought_back', { name: model.id }));
      await navigate(placeOf(model.id));
    } catch (refused) {
      setFailure(refused);
    }
  };
  const columns: Column<Model>[] = [
    { id: 'name', title: t('catalog.model'), main: true, render: (model) => <div className={classes.name}>{model.origin === 'removed' ? <Text component="span" fw={560}>{model.display_name}</Text> : <Anchor component={Link} to={placeOf(model.id)} fw={560} c="inherit">{model.display_name}</Anchor>}<Text size="xs" c="dimmed" ff="monospace">{model.id}</Text></div> },
    { id: 'vendor', title: t('models.vendor'), render: (model) => (model.vendor === '' ? '–' : model.vendor) },
    { id: 'kind', title: t('models.kind'), render: (model) => <Text component="span" inherit style={{ whiteSpace: 'nowrap' }}>{t(`catalog.kind_${model.kind}`)}</Text> },
    { id: 'window', title: t('catalog.window'), figures: true, render: (model) => (model.context_window == null ? '–' : <span>{formats.compact(model.context_window)}{model.long_context_window != null && <Text component="span" size="xs" c="dimmed"> / {formats.compact(model.long_context_window)}</Text>}</span>) },
    { id: 'can', title: t('catalog.can'), render: (model) => <Abilities names={model.capabilities} most={3} /> },
    { id: 'origin', title: t('models.origin'), render: (model) => <OriginPill model={model} /> },
  ];
  return (
    <Page title={t('models.title')} lead={t('models.lead')} up={{ to: '/catalog', title: t('catalog.title') }} actions={<Button component={Link} to="/catalog/new" leftSection={<Icon name="plus" size={16} />}>{t('models.new_title')}</Button>}>
      {failure !== undefined && <Trouble failure={failure} />}
      <DataTable
        label={t('models.title')} name="catalog-models" list={list} columns={columns} rowKey={(model) => model.id} empty={<Empty icon="book" title={t('models.empty')} />}
        filters={<>
          <TextInput className={classes.find} aria-label={t('catalog.find')} placeholder={t('catalog.find')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); search(change.currentTarget.value); }} />
          <Select aria-label={t('models.origin')} w={190} allowDeselect={false} value={list.filters.origin ?? ''} onChange={(value) => { list.setFilter('origin', value ?? ''); }} data={[{ value: '', label: t('models.any_origin') }, ...(['builtin', 'changed', 'own', 'removed'] as const).map((one) => ({ value: one, label: t(`models.origin_${one}`) }))]} />
          <Select aria-label={t('models.kind')} w={160} allowDeselect={false} value={list.filters.kind ?? ''} onChange={(value) => { list.setFilter('kind', value ?? ''); }} data={[{ value: '', label: t('models.any_kind') }, ...kinds.map((one) => ({ value: one as string, label: t(`catalog.kind_${one}`) }))]} />
        </>}
        actions={(model) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            {model.origin === 'removed'
              ? <Button size="compact-sm" variant="default" aria-label={`${t('models.bring_back')}: ${model.id}`} onClick={() => { void bringBack(model); }}>{t('models.bring_back')}</Button>
              : <Button size="compact-sm" variant="default" component={Link} to={placeOf(model.id)} aria-label={`${t('acts.edit')}: ${model.id}`}>{t('acts.edit')}</Button>}
          </Group>
        )}
      />
    </Page>
  );
}

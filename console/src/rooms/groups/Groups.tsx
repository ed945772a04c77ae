import { Anchor, Button, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'react-router';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Pill } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import { Chips } from '@/rooms/channels/Channels';
import { Standing } from '@/rooms/health/Standing';
import { groups as door, type GroupItem } from './calls';
import classes from './groups.module.css';

export function StatusPill({ status }: { status: GroupItem['status'] }) {
  const { t } = useWords();
  return <Pill tone={status === 'active' ? 'good' : 'warn'}>{t(`groups.${status}`)}</Pill>;
}

export default function Groups() {
  const { t } = useWords();
  const formats = useFormats();
  const list = useList<GroupItem>('groups', door.list, ['text', 'status', 'visibility'], 'name');
  const [find, setFind] = useState(list.filters.text ?? '');
  const search = useDebouncedCallback((value: string) => { list.setFilter('text', value.trim()); }, 250);
  const columns: Column<GroupItem>[] = [
    { id: 'name', title: t('groups.name'), sort: 'name', main: true, render: (group) => <div className={classes.name}><Anchor component={Link} to={`/groups/${group.name}`} fw={560} c="inherit">{group.name}</Anchor><Text size="xs" c="dimmed" lineClamp={1}>{group.common_use || group.display_name}</Text></div> },
    { id: 'status', title: t('groups.status'), render: (group) => <div><StatusPill status={group.status} />{group.status !== 'active' && group.replacement != null && <Text size="xs" c="dimmed">→ {group.replacement}</Text>}{group.status === 'active' && group.expired_on != null && <Text size="xs" c="dimmed">{t('groups.ends', { when: formats.date(group.expired_on) })}</Text>}</div> },
    { id: 'state', title: t('groups.health'), render: (group) => (group.state == null || group.channels.length === 0 ? <Text size="sm" c="dimmed" component="span">{group.state == null ? t('groups.picks') : '–'}</Text> : <Standing state={group.state} quiet />) },
    { id: 'channels', title: t('groups.channels'), render: (group) => (group.channels.length === 0 ? <Text size="sm" c="dimmed" component="span">–</Text> : <Chips names={group.channels} most={3} />) },
    { id: 'price', title: t('groups.price'), figures: true, render: (group) => <span>× {group.multiplier}{group.prices > 0 && <Text size="xs" c="dimmed">{t('groups.own_prices', { count: group.prices })}</Text>}</span> },
    { id: 'visibility', title: t('groups.visibility'), hiddenAtFirst: true, render: (group) => t(`groups.${group.visibility}`) },
    { id: 'mode', title: t('groups.mode'), hiddenAtFirst: true, render: (group) => t(`groups.${group.mode}`) },
  ];
  const create = <Button component={Link} to="/groups/new" leftSection={<Icon name="plus" size={16} />}>{t('groups.create')}</Button>;
  return (
    <Page title={t('groups.title')} lead={t('groups.lead')} actions={create}>
      <DataTable
        label={t('groups.title')} name="groups" list={list} columns={columns} rowKey={(group) => group.id} empty={<Empty icon="fork" title={t('groups.empty')} text={t('groups.empty_text')} action={create} />}
        filters={<>
          <TextInput className={classes.find} aria-label={t('groups.find')} placeholder={t('groups.find')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); search(change.currentTarget.value); }} />
          <Select aria-label={t('groups.status')} w={150} allowDeselect={false} value={list.filters.status ?? ''} onChange={(value) => { list.setFilter('status', value ?? ''); }} data={[{ value: '', label: t('groups.any_status') }, ...(['active', 'paused', 'expired'] as const).map((status) => ({ value: status, label: t(`groups.${status}`) }))]} />
          <Select aria-label={t('groups.visibility')} w={160} allowDeselect={false} value={list.filters.visibility ?? ''} onChange={(value) => { list.setFilter('visibility', value ?? ''); }} data={[{ value: '', label: t('groups.any_visibility') }, ...(['public', 'restricted', 'hidden'] as const).map((one) => ({ value: one, label: t(`groups.${one}`) }))]} />
        </>}
      />
    </Page>
  );
}

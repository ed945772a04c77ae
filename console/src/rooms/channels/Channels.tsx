import { ActionIcon, Anchor, Button, Menu, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Pill, useProblemText } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone, toastFailed } from '@/kit/toast';
import { useWords } from '@/kit/words';
import type { Condition } from '@/rooms/health/calls';
import { Standing } from '@/rooms/health/Standing';
import { BulkTest } from './BulkTest';
import { channels as door, type ChannelItem } from './calls';
import { RemoveChannel } from './RemoveChannel';
import classes from './channels.module.css';

const conditions: Condition[] = ['healthy', 'degraded', 'cooling', 'broken', 'disabled'];

export default function Channels() {
  const { t } = useWords();
  const client = useQueryClient();
  const text = useProblemText();
  const list = useList<ChannelItem>('channels', door.list, ['text', 'type', 'status', 'group'], 'name');
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  const groups = useQuery({ queryKey: ['group-names'], queryFn: door.groupNames });
  const [find, setFind] = useState(list.filters.text ?? '');
  const [testing, setTesting] = useState(false);
  const [doomed, setDoomed] = useState<ChannelItem>();
  const search = useDebouncedCallback((value: string) => { list.setFilter('text', value.trim()); }, 250);
  const fresh = () => client.invalidateQueries({ queryKey: ['channels'] });
  const act = async (run: () => Promise<unknown>, done: string) => {
    try {
      await run();
      await fresh();
      toastDone(done);
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const flip = (channel: ChannelItem) => act(async () => {
    const { etag } = await door.read(channel.id);
    await door.change(channel.id, { enabled: !channel.enabled }, etag ?? '*');
  }, t(channel.enabled ? 'channels.now_off' : 'channels.now_on', { name: channel.name }));
  const columns: Column<ChannelItem>[] = [
    { id: 'name', title: t('channels.name'), sort: 'name', main: true, render: (channel) => <div><Anchor component={Link} to={`/channels/${String(channel.id)}`} fw={560} c="inherit">{channel.name}</Anchor><Text size="xs" c="dimmed">{channel.type}</Text></div> },
    { id: 'state', title: t('channels.state'), render: (channel) => <div><Standing state={channel.state} /><Tally value={channel} /></div> },
    { id: 'groups', title: t('channels.groups'), render: (channel) => (channel.groups.length === 0 ? <Pill tone="warn">{t('channels.no_group')}</Pill> : <Chips names={channel.groups} most={3} />) },
    { id: 'models', title: t('channels.models'), render: (channel) => (channel.models.includes('*') || channel.models.length === 0 ? <Text size="sm" c="dimmed" component="span">{t('channels.all_models')}</Text> : <Chips names={channel.models} most={2} />) },
    { id: 'tags', title: t('channels.tags'), hiddenAtFirst: true, render: (channel) => <Chips names={channel.tags} most={4} /> },
    { id: 'address', title: t('channels.address'), hiddenAtFirst: true, render: (channel) => <Text size="xs" ff="monospace" component="span" style={{ overflowWrap: 'anywhere' }}>{channel.address ?? '–'}</Text> },
  ];
  const add = <Button component={Link} to="/channels/new" leftSection={<Icon name="plus" size={16} />}>{t('channels.add')}</Button>;
  return (
    <Page title={t('channels.title')} lead={t('channels.lead')} actions={<><Button variant="default" leftSection={<Icon name="play" size={16} />} onClick={() => { setTesting(true); }} disabled={testing || list.rows.length === 0}>{t('channels.test_shown')}</Button>{add}</>}>
      {testing && <BulkTest ids={list.rows.filter((channel) => channel.enabled).map((channel) => channel.id)} onClose={() => { setTesting(false); }} />}
      <DataTable
        label={t('channels.title')} name="channels" list={list} columns={columns} rowKey={(channel) => channel.id}
        empty={<Empty icon="plug" title={t('channels.empty')} text={t('channels.empty_text')} action={add} />}
        filters={<>
          <TextInput className={classes.find} aria-label={t('channels.find')} placeholder={t('channels.find')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); search(change.currentTarget.value); }} />
          <Select aria-label={t('channels.state')} w={140} allowDeselect={false} value={list.filters.status ?? ''} onChange={(value) => { list.setFilter('status', value ?? ''); }} data={[{ value: '', label: t('channels.any_state') }, ...conditions.map((state) => ({ value: state, label: t(`health.${state}`) }))]} />
          <Select aria-label={t('channels.type')} w={170} allowDeselect={false} value={list.filters.type ?? ''} onChange={(value) => { list.setFilter('type', value ?? ''); }} data={[{ value: '', label: t('channels.any_type') }, ...(types.data?.items ?? []).map(({ name }) => ({ value: name, label: name }))]} />
          <Select aria-label={t('channels.group')} w={170} searchable allowDeselect={false} value={list.filters.group ?? ''} onChange={(value) => { list.setFilter('group', value ?? ''); }} data={[{ value: '', label: t('channels.any_group') }, ...(groups.data ?? []).map((name) => ({ value: name, label: name }))]} />
        </>}
        actions={(channel) => (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon aria-label={t('acts.actions', { name: channel.name })}><Icon name="dots" weight={2.600} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={Link} to={`/channels/${String(channel.id)}`} leftSection={<Icon name="edit" size={16} />}>{t('acts.edit')}</Menu.Item>
              <Menu.Item component={Link} to={`/channels/${String(channel.id)}/test`} leftSection={<Icon name="play" size={16} />}>{t('channels.test_it')}</Menu.Item>
              <Menu.Item onClick={() => { void act(() => door.reset(channel.id), t('channels.reset_done', { name: channel.name })); }} leftSection={<Icon name="turn" size={16} />}>{t('channels.reset')}</Menu.Item>
              <Menu.Item onClick={() => { void flip(channel); }} leftSection={<Icon name={channel.enabled ? 'moon' : 'bolt'} size={16} />}>{t(channel.enabled ? 'channels.turn_off' : 'channels.turn_on')}</Menu.Item>
              <Menu.Item c="var(--mantine-color-error)" onClick={() => { setDoomed(channel); }} leftSection={<Icon name="trash" size={16} />}>{t('acts.remove')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      />
      {doomed !== undefined && <RemoveChannel id={doomed.id} name={doomed.name} groups={doomed.groups} onClose={() => { setDoomed(undefined); }} onGone={() => { void fresh(); }} />}
    </Page>
  );
}

/** How many credentials stand how, where not all are well. */
function Tally({ value: { tally, state } }: { value: ChannelItem }) {
  const { t } = useWords();
  const parts = (['healthy', 'cooling', 'broken', 'disabled'] as const).filter((name) => tally[name] > 0).map((name) => t(`channels.tally_${name}`, { count: tally[name] }));
  return state === 'healthy' || state === 'disabled' || parts.length === 0 ? null : <Text size="xs" c="dimmed" className="figures">{parts.join(', ')}</Text>;
}

export function Chips({ names, most }: { names: readonly string[]; most: number }) {
  const rest = names.length - most;
  return (
    <span className={classes.chips}>
      {names.slice(0, rest === 1 ? most + 1 : most).map((name) => <span key={name} className={classes.chip}>{name}</span>)}
      {rest > 1 && <span className={classes.chip} title={names.slice(most).join(', ')}>+{rest}</span>}
    </span>
  );
}

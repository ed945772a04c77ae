import { ActionIcon, Anchor, Button, Menu, Select, TextInput, Text } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ApiKey } from '@/kit/api/shapes';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Pill, useProblemText } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone, toastFailed } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { keys as door } from './calls';
import classes from './keys.module.css';

export default function Keys() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const text = useProblemText();
  const list = useList<ApiKey>('keys', door.list, ['name', 'enabled'], '-created_at');
  const [doomed, setDoomed] = useState<ApiKey>();
  const [find, setFind] = useState(list.filters.name ?? '');
  const search = useDebouncedCallback((name: string) => { list.setFilter('name', name.trim()); }, 250);
  const fresh = () => client.invalidateQueries({ queryKey: ['keys'] });
  const revoke = async (key: ApiKey) => {
    const { etag } = await door.read(key.id);
    await door.drop(key.id, etag ?? '*');
    await fresh();
    toastDone(t('keys.revoked', { name: key.name }));
  };
  const flip = async (key: ApiKey) => {
    try {
      const { etag } = await door.read(key.id);
      await door.change(key.id, { enabled: !key.enabled }, etag ?? '*');
      await fresh();
      toastDone(t(key.enabled ? 'keys.paused_done' : 'keys.resumed_done', { name: key.name }));
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const limits = ({ limits: set }: ApiKey) => [
    set.usd_per_day != null && t('keys.day_limit', { usd: formats.money(set.usd_per_day) }),
    set.usd_per_month != null && t('keys.month_limit', { usd: formats.money(set.usd_per_month) }),
    set.usd_total != null && t('keys.total_limit', { usd: formats.money(set.usd_total) }),
    set.rpm != null && t('keys.rpm_limit', { count: set.rpm }),
  ].filter((part) => part !== false).join(', ');
  const columns: Column<ApiKey>[] = [
    { id: 'name', title: t('keys.name'), sort: 'name', main: true, render: (key) => <div><Anchor component={Link} to={`/keys/${String(key.id)}`} fw={560} c="inherit">{key.name}</Anchor><Text size="xs" c="dimmed" ff="monospace">…{key.last_four}</Text></div> },
    { id: 'groups', title: t('keys.groups'), render: (key) => <span className={classes.chips}>{key.groups.map((group, at) => <span key={group} className={classes.chip} data-first={at === 0 || undefined}>{group}</span>)}</span> },
    { id: 'limits', title: t('keys.limits'), render: (key) => <Text size="sm" c={limits(key) === '' ? 'dimmed' : undefined} className="figures" component="span">{limits(key) || t('keys.no_limits')}</Text> },
    { id: 'state', title: t('keys.state'), render: (key) => <KeyState value={key} /> },
    { id: 'expires', title: t('keys.expires'), hiddenAtFirst: true, render: (key) => (key.expires_at == null ? t('states.never') : formats.date(key.expires_at)) },
    { id: 'models', title: t('keys.models'), hiddenAtFirst: true, render: (key) => (key.models.length === 0 ? t('keys.all_models') : key.models.join(', ')) },
    { id: 'created', title: t('keys.created'), sort: 'created_at', figures: true, render: (key) => <time dateTime={key.created_at} title={formats.moment(key.created_at)}>{formats.ago(key.created_at)}</time> },
  ];
  const create = <Button component={Link} to="/keys/new" leftSection={<Icon name="plus" size={16} />}>{t('keys.create')}</Button>;
  return (
    <Page title={t('keys.title')} lead={t('keys.lead')} actions={create}>
      <DataTable
        label={t('keys.title')} name="keys" list={list} columns={columns} rowKey={(key) => key.id}
        empty={<Empty icon="key" title={t('keys.empty')} text={t('keys.empty_text')} action={create} />}
        filters={<>
          <TextInput className={classes.find} aria-label={t('keys.filter')} placeholder={t('keys.filter')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); search(change.currentTarget.value); }} />
          <Select aria-label={t('keys.state')} w={150} value={list.filters.enabled ?? ''} onChange={(value) => { list.setFilter('enabled', value ?? ''); }} data={[{ value: '', label: t('keys.any_state') }, { value: 'true', label: t('keys.only_active') }, { value: 'false', label: t('keys.only_paused') }]} allowDeselect={false} />
        </>}
        actions={(key) => (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon aria-label={t('acts.actions', { name: key.name })}><Icon name="dots" weight={2.600} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={Link} to={`/keys/${String(key.id)}`} leftSection={<Icon name="edit" size={16} />}>{t('acts.edit')}</Menu.Item>
              <Menu.Item onClick={() => { void flip(key); }} leftSection={<Icon name={key.enabled ? 'moon' : 'bolt'} size={16} />}>{t(key.enabled ? 'keys.pause' : 'keys.resume')}</Menu.Item>
              <Menu.Item c="var(--mantine-color-error)" onClick={() => { setDoomed(key); }} leftSection={<Icon name="trash" size={16} />}>{t('acts.revoke')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      />
      <Confirm opened={doomed !== undefined} title={t('keys.revoke_title', { name: doomed?.name ?? '' })} text={t('keys.revoke_text')} act={t('acts.revoke')} onClose={() => { setDoomed(undefined); }} run={() => doomed && revoke(doomed)} />
    </Page>
  );
}

function KeyState({ value }: { value: ApiKey }) {
  const { t } = useWords();
  const [now] = useState(() => Date.now());
  const over = value.expires_at != null && Date.parse(value.expires_at) < now;
  const state = over ? 'expired' : value.enabled ? 'active' : 'paused';
  return <Pill tone={state === 'active' ? 'good' : 'warn'}>{t(`keys.${state}`)}</Pill>;
}

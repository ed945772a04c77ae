import { Anchor, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Shape } from '@/kit/api/ask';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { mayAct, useSession } from '@/kit/session';
import { Empty, Pill, Trouble } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import { users as door } from './calls';
import { Invitations } from './Invitations';
import classes from './users.module.css';

type User = Shape<'UserItem'>;

/** Everybody who may sign in or call, and who is invited. */
export default function Users() {
  const { t } = useWords();
  const formats = useFormats();
  const list = useList<User>('users', door.list, ['text', 'role', 'enabled'], '-created_at');
  const [find, setFind] = useState(list.filters.text ?? '');
  const search = useDebouncedCallback((text: string) => { list.setFilter('text', text.trim()); }, 250);
  const [adding, setAdding] = useState(false);
  const columns: Column<User>[] = [
    { id: 'email', title: t('users.email'), main: true, sort: 'email', render: (user) => <Anchor component={Link} to={`/users/${String(user.id)}`} fw={560}>{user.email}</Anchor> },
    { id: 'name', title: t('users.name'), render: (user) => user.name ?? '' },
    { id: 'role', title: t('users.role'), render: (user) => <Pill tone={user.role === 'user' ? 'plain' : 'good'}>{t(`settings.role_${user.role}`)}</Pill> },
    { id: 'state', title: t('users.state'), render: (user) => <UserState user={user} /> },
    { id: 'tags', title: t('users.tags'), render: (user) => user.tags.join(', ') },
    { id: 'multiplier', title: t('users.multiplier'), figures: true, hiddenAtFirst: true, render: (user) => `× ${formats.factor(user.multiplier)}` },
    { id: 'created', title: t('users.created'), sort: 'created_at', render: (user) => <span title={formats.moment(user.created_at)}>{formats.ago(user.created_at)}</span> },
  ];
  return (
    <Page title={t('users.title')} lead={t('users.lead')} actions={<Button leftSection={<Icon name="plus" size={16} />} onClick={() => { setAdding(true); }}>{t('users.add')}</Button>}>
      <Invitations />
      <DataTable
        label={t('users.title')} name="users" list={list} columns={columns} rowKey={(user) => user.id}
        empty={<Empty icon="users" title={t('users.empty')} text={t('users.empty_text')} />}
        filters={<>
          <TextInput className={classes.find ?? ''} aria-label={t('users.find')} placeholder={t('users.find')} leftSection={<Icon name="search" size={16} />} value={find} onChange={(change) => { setFind(change.currentTarget.value); search(change.currentTarget.value); }} />
          <Select aria-label={t('users.role')} w={150} value={list.filters.role ?? ''} onChange={(value) => { list.setFilter('role', value ?? ''); }} data={[{ value: '', label: t('users.any_role') }, ...(['user', 'operator', 'owner'] as const).map((role) => ({ value: role, label: t(`settings.role_${role}`) }))]} allowDeselect={false} />
          <Select aria-label={t('users.state')} w={150} value={list.filters.enabled ?? ''} onChange={(value) => { list.setFilter('enabled', value ?? ''); }} data={[{ value: '', label: t('keys.any_state') }, { value: 'true', label: t('users.enabled') }, { value: 'false', label: t('users.disabled') }]} allowDeselect={false} />
        </>}
      />
      <Modal opened={adding} onClose={() => { setAdding(false); }} title={<Text fw={650} size="lg" component="span">{t('users.add')}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}><AddUser /></Modal>
    </Page>
  );
}

export function UserState({ user }: { user: User }) {
  const { t } = useWords();
  const [now] = useState(() => Date.now());
  const locked = user.locked_until != null && Date.parse(user.locked_until) > now;
  return <Pill tone={!user.enabled ? 'bad' : locked ? 'warn' : 'good'}>{t(!user.enabled ? 'users.disabled' : locked ? 'users.locked' : 'users.enabled')}</Pill>;
}

function AddUser() {
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const session = useSession();
  const form = useForm(
    { email: '', role: 'user', tags: '' },
    ({ email }) => (email.trim() === '' ? { email: t('session.need') } : {}),
    async ({ email, role, tags }) => {
      const made = await door.add({ email: email.trim(), role: role as 'user', tags: tagsOf(tags) });
      await client.invalidateQueries({ queryKey: ['users'] });
      await navigate(`/users/${String(made.id)}`);
    },
  );
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">{t('users.add_text')}</Text>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <TextInput {...form.field('email')} label={t('users.email')} type="email" autoComplete="off" data-autofocus />
        {mayAct(session.data?.user, 'owner') && <Select {...form.field('role')} onChange={(role) => { form.set('role', role ?? 'user'); }} label={t('users.role')} data={(['user', 'operator', 'owner'] as const).map((role) => ({ value: role, label: t(`settings.role_${role}`) }))} allowDeselect={false} />}
        <TextInput {...form.field('tags')} label={`${t('users.tags')} (${t('acts.optional')})`} description={t('users.tags_hint')} autoComplete="off" />
        <Group justify="flex-end"><Button type="submit" loading={form.busy}>{t('acts.create')}</Button></Group>
      </Stack>
    </form>
  );
}

export function tagsOf(text: string): string[] {
  return text.split(/[\n,]/).map((tag) => tag.trim()).filter((tag) => tag !== '');
}

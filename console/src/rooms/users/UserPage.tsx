import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { Shape } from '@/kit/api/ask';
import type { Versioned } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';
import { Confirm } from '@/kit/Confirm';
import { NotFound } from '@/kit/ErrorBoundary';
import { useForm } from '@/kit/form/useForm';
import { Page, Section } from '@/kit/Page';
import { SecretOnce } from '@/kit/SecretOnce';
import { mayAct, useSession } from '@/kit/session';
import { Caution, Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { limitFields } from '@/rooms/keys/keyForm';
import { users as door } from './calls';
import { Purse } from './Purse';
import { UserKeys } from './UserKeys';
import { tagsOf, UserState } from './Users';

type User = Shape<'UserItem'>;

/** One user: what they may, what they have, how they come in. */
export default function UserPage() {
  const { t } = useWords();
  const { id = '' } = useParams();
  const user = useQuery({ queryKey: ['user', id], queryFn: () => door.read(id), staleTime: Infinity, gcTime: 0 });
  const up = { to: '/users', title: t('users.title') };
  if (user.isError && user.error instanceof Problem && (user.error.status === 404 || user.error.status === 422)) {
    return <NotFound />;
  }

  if (user.data === undefined) {
    return <Page title={t('users.title')} up={up}>{user.isError ? <Trouble failure={user.error} retry={() => { void user.refetch(); }} /> : <Loading rows={8} />}</Page>;
  }

  const { value } = user.data;
  const fresh = () => { void user.refetch(); };
  return (
    <Page title={value.email} lead={<Group gap="sm" component="span"><UserState user={value} />{value.name}</Group>} up={up}>
      <Purse kind="wallet" owner={value.id} title={t('users.wallet')} />
      <Rights key={user.data.etag} read={user.data} reload={fresh} />
      <UserKeys user={value.id} />
      <WayIn user={value} fresh={fresh} />
    </Page>
  );
}

function Rights({ read, reload }: { read: Versioned<User>; reload: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const session = useSession();
  const user = read.value;
  const owner = mayAct(session.data?.user, 'owner');
  const own = session.data?.user?.id === user.id;
  const titles = { usd_per_day: t('keys.per_day'), usd_per_month: t('keys.per_month'), usd_total: t('keys.total'), rpm: t('keys.rpm'), tpm: t('keys.tpm'), concurrency: t('keys.concurrency') };
  const limits = Object.fromEntries(limitFields.map((name) => [name, user.limits[name] ?? ''])) as Record<(typeof limitFields)[number], number | ''>;
  const form = useForm(
    { role: user.role as string, tags: user.tags.join(', '), multiplier: user.multiplier as number | '', enabled: user.enabled, ...limits },
    ({ multiplier }) => (multiplier === '' ? { multiplier: t('session.need') } : {}),
    async (values) => {
      const wanted = { ...user.limits, ...Object.fromEntries(limitFields.map((name) => [name, values[name] === '' ? null : Number(values[name])])) };
      await door.change(user.id, {
        tags: tagsOf(values.tags), multiplier: Number(values.multiplier), limits: wanted,
        ...(values.enabled === user.enabled ? {} : { enabled: values.enabled }), ...(values.role === user.role ? {} : { role: values.role as User['role'] }),
      }, read.etag ?? '*');
      await client.invalidateQueries({ queryKey: ['users'] });
      toastDone(t('acts.saved'));
      reload();
    },
  );
  const changed = form.failure instanceof Problem && form.failure.status === 412;
  return (
    <Section title={t('users.rights')} lead={t('users.rights_text')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <Select {...form.field('role')} onChange={(role) => { form.set('role', role ?? 'user'); }} disabled={!owner || own} label={t('users.role')} data={(['user', 'operator', 'owner'] as const).map((role) => ({ value: role, label: t(`settings.role_${role}`) }))} allowDeselect={false} />
            <NumberInput {...form.field('multiplier')} label={t('users.multiplier')} description={t('users.multiplier_hint')} min={0} decimalScale={6} hideControls inputWrapperOrder={['label', 'input', 'description', 'error']} />
            <TextInput {...form.field('tags')} label={t('users.tags')} description={t('users.tags_hint')} autoComplete="off" inputWrapperOrder={['label', 'input', 'description', 'error']} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 2, sm: 3 }}>
            {limitFields.map((name) => <NumberInput key={name} {...form.field(name)} label={titles[name]} placeholder={t('keys.no_limit')} min={0} allowNegative={false} allowDecimal={name.startsWith('usd')} decimalScale={name.startsWith('usd') ? 9 : 0} thousandSeparator hideControls />)}
          </SimpleGrid>
          <Switch checked={form.values.enabled} disabled={own} onChange={(change) => { form.set('enabled', change.currentTarget.checked); }} label={t('users.may_in')} description={t('users.may_in_hint')} />
          {changed && <Caution title={t('trouble.changed')}><Text size="sm">{t('trouble.changed_text')}</Text><Button size="xs" variant="default" onClick={reload}>{t('trouble.load_present')}</Button></Caution>}
          {form.failure !== undefined && !changed && <Trouble failure={form.failure} />}
          <Group><Button type="submit" loading={form.busy}>{t('acts.save')}</Button></Group>
        </Stack>
      </form>
    </Section>
  );
}

function WayIn({ user, fresh }: { user: User; fresh: () => void }) {
  const { t } = useWords();
  const formats = useFormats();
  const [link, setLink] = useState<Shape<'LinkReply'>>();
  const [asked, setAsked] = useState<'link' | 'out' | 'totp'>();
  const run = async () => {
    if (asked === 'link') {
      setLink(await door.link(user.id));
    } else if (asked === 'out') {
      await door.signOut(user.id);
      toastDone(t('users.out_done'));
    } else {
      await door.dropTotp(user.id);
      toastDone(t('users.totp_done'));
      fresh();
    }
  };
  return (
    <Section title={t('users.way_in')} lead={t(user.has_password ? (user.totp ? 'users.in_both' : 'users.in_password') : 'users.in_none')}>
      <Stack>
        {link !== undefined && <SecretOnce title={t('users.link_made')} text={t('users.link_text', { when: formats.moment(link.ends_at) })} label={t('users.link_made')} secret={`${window.location.origin}${link.path}`} />}
        <Group gap="sm">
          <Button variant="default" onClick={() => { setAsked('link'); }}>{t('users.link')}</Button>
          <Button variant="default" onClick={() => { setAsked('out'); }}>{t('users.out')}</Button>
          {user.totp && <Button variant="default" onClick={() => { setAsked('totp'); }}>{t('users.totp')}</Button>}
        </Group>
      </Stack>
      <Confirm opened={asked !== undefined} title={t(`users.${asked ?? 'link'}`)} text={t(`users.${asked ?? 'link'}_ask`, { email: user.email })} act={t(`users.${asked ?? 'link'}`)} danger={asked !== 'link'} onClose={() => { setAsked(undefined); }} run={run} />
    </Section>
  );
}

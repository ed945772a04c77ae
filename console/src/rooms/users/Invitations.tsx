import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { SecretOnce } from '@/kit/SecretOnce';
import { mayAct, useSession } from '@/kit/session';
import { Loading, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { invitations as door } from './calls';
import classes from './users.module.css';

/** Who was invited and has not come yet. */
export function Invitations() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const known = useQuery({ queryKey: ['invitations'], queryFn: door.list });
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<Shape<'LinkReply'>>();
  const [doomed, setDoomed] = useState<Shape<'InvitationItem'>>();
  const fresh = () => client.invalidateQueries({ queryKey: ['invitations'] });
  return (
    <>
      {made !== undefined && <SecretOnce title={t('users.invited')} text={t('users.invited_text', { when: formats.moment(made.ends_at) })} label={t('users.invited')} secret={`${window.location.origin}${made.path}`} />}
      <Section title={t('users.invitations')} lead={t('users.invitations_text')} actions={<Button variant="default" leftSection={<Icon name="mail" size={16} />} onClick={() => { setAsking(true); }}>{t('users.invite')}</Button>}>
        {known.isPending && <Loading rows={1} />}
        {known.isError && <Trouble failure={known.error} retry={() => { void known.refetch(); }} />}
        {known.data?.items.length === 0 && <Text c="dimmed" size="sm">{t('users.no_invitations')}</Text>}
        <ul className={classes.rows}>
          {known.data?.items.map((one) => (
            <li key={one.id} className={classes.row}>
              <Icon name="mail" />
              <span className={classes.text}>{one.email ?? t('users.anybody')}<Text size="xs" c="dimmed">{t('users.good_until', { date: formats.moment(one.ends_at) })}</Text></span>
              {one.role !== 'user' && <Pill tone="good">{t(`settings.role_${one.role}`)}</Pill>}
              <Button size="xs" variant="default" onClick={() => { setDoomed(one); }}>{t('acts.revoke')}</Button>
            </li>
          ))}
        </ul>
      </Section>
      <Modal opened={asking} onClose={() => { setAsking(false); }} title={<Text fw={650} size="lg" component="span">{t('users.invite')}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        <Invite onMade={(link) => { setMade(link); setAsking(false); void fresh(); }} />
      </Modal>
      <Confirm
        opened={doomed !== undefined} title={t('users.uninvite', { name: doomed?.email ?? t('users.anybody') })} text={t('users.uninvite_text')} act={t('acts.revoke')} onClose={() => { setDoomed(undefined); }}
        run={async () => { if (doomed !== undefined) { await door.drop(doomed.id); await fresh(); toastDone(t('users.uninvited')); } }}
      />
    </>
  );
}

function Invite({ onMade }: { onMade: (made: Shape<'LinkReply'>) => void }) {
  const { t } = useWords();
  const session = useSession();
  const form = useForm({ email: '', role: 'user' }, () => ({}), async ({ email, role }) => { onMade(await door.add({ role: role as 'user', ...(email.trim() === '' ? {} : { email: email.trim() }) })); });
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <TextInput {...form.field('email')} label={`${t('users.email')} (${t('acts.optional')})`} description={t('users.invite_hint')} type="email" autoComplete="off" data-autofocus />
        {mayAct(session.data?.user, 'owner') && <Select {...form.field('role')} onChange={(role) => { form.set('role', role ?? 'user'); }} label={t('users.role')} data={(['user', 'operator', 'owner'] as const).map((role) => ({ value: role, label: t(`settings.role_${role}`) }))} allowDeselect={false} />}
        <Group justify="flex-end"><Button type="submit" loading={form.busy}>{t('users.invite_act')}</Button></Group>
      </Stack>
    </form>
  );
}

import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { SecretOnce } from '@/kit/SecretOnce';
import { mayAct, useSession } from '@/kit/session';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { tokens as door, type NewToken as Made } from './calls';
import classes from './settings.module.css';

const Scopes = ['me:read', 'me:write', 'admin:read', 'admin:write', 'money'] as const;

type Scope = (typeof Scopes)[number];

export function Tokens() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const known = useQuery({ queryKey: ['tokens'], queryFn: door.list });
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<Made>();
  const [doomed, setDoomed] = useState<Shape<'TokenReply'>>();
  const fresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  return (
    <Stack gap="lg">
      {made !== undefined && <SecretOnce title={t('settings.token_made')} text={t('keys.once_text')} label={t('settings.token_made')} secret={made.secret} />}
      <Section title={t('settings.tokens')} lead={t('settings.tokens_lead')} actions={<Button leftSection={<Icon name="plus" size={16} />} onClick={() => { setAsking(true); }}>{t('settings.token_new')}</Button>}>
        {known.isPending && <Loading rows={2} />}
        {known.isError && <Trouble failure={known.error} retry={() => { void known.refetch(); }} />}
        {known.data?.items.length === 0 && <Text c="dimmed" size="sm">{t('settings.token_none')}</Text>}
        <ul className={classes.rows}>
          {known.data?.items.map((token) => (
            <li key={token.id} className={classes.row}>
              <Icon name="token" />
              <span className={classes.text}>
                {token.name}
                <Text size="xs" c="dimmed">{[token.scopes.join(' '), token.last_used_at == null ? t('settings.never_used') : t('settings.used', { when: formats.ago(token.last_used_at) }), token.expires_at != null && t('settings.ends_on', { date: formats.date(token.expires_at) })].filter(Boolean).join(' · ')}</Text>
              </span>
              <Button size="xs" variant="default" onClick={() => { setDoomed(token); }}>{t('acts.revoke')}</Button>
            </li>
          ))}
        </ul>
      </Section>
      <Modal opened={asking} onClose={() => { setAsking(false); }} title={t('settings.token_new')} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        <NewToken onMade={(token) => { setMade(token); setAsking(false); void fresh(); }} />
      </Modal>
      <Confirm
        opened={doomed !== undefined} title={t('settings.token_drop', { name: doomed?.name ?? '' })} text={t('settings.token_drop_text')} act={t('acts.revoke')} onClose={() => { setDoomed(undefined); }}
        run={async () => { if (doomed !== undefined) { await door.drop(doomed.id); await fresh(); toastDone(t('settings.token_dropped', { name: doomed.name })); } }}
      />
    </Stack>
  );
}

function NewToken({ onMade }: { onMade: (made: Made) => void }) {
  const { t } = useWords();
  const session = useSession();
  const operator = mayAct(session.data?.user, 'operator');
  const say: Record<Scope, string> = {
    'me:read': t('settings.scope_me_read'), 'me:write': t('settings.scope_me_write'), 'admin:read': t('settings.scope_admin_read'), 'admin:write': t('settings.scope_admin_write'), money: t('settings.scope_money'),
  };
  const form = useForm(
    { name: '', scopes: ['me:read'] as string[] },
    ({ name, scopes }) => ({ ...(name.trim() === '' ? { name: t('session.need') } : {}), ...(scopes.length === 0 ? { scopes: t('settings.scopes_need') } : {}) }),
    async ({ name, scopes }) => { onMade(await door.add({ name: name.trim(), scopes })); },
  );
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <TextInput {...form.field('name')} label={t('settings.token_name')} maxLength={100} autoComplete="off" data-autofocus />
        <Checkbox.Group label={t('settings.token_scopes')} value={form.values.scopes} error={form.errors.scopes} onChange={(scopes) => { form.set('scopes', scopes); }}>
          <Stack gap="xs" mt="xs">{Scopes.filter((scope) => operator || scope.startsWith('me:')).map((scope) => <Checkbox key={scope} value={scope} label={say[scope]} description={scope} />)}</Stack>
        </Checkbox.Group>
        <Group justify="flex-end"><Button type="submit" loading={form.busy}>{t('acts.create')}</Button></Group>
      </Stack>
    </form>
  );
}

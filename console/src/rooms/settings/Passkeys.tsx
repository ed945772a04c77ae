import { Button, Group, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { makePasskey, passkeysWork } from '@/kit/passkeys';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { passkeys as door } from './calls';
import classes from './settings.module.css';

export function Passkeys() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const known = useQuery({ queryKey: ['passkeys'], queryFn: door.list });
  const [doomed, setDoomed] = useState<Shape<'PasskeyItem'>>();
  const fresh = () => client.invalidateQueries({ queryKey: ['passkeys'] });
  const form = useForm({ name: t('settings.passkey_default') }, ({ name }) => (name.trim() === '' ? { name: t('session.need') } : {}), async ({ name }) => {
    const options = await door.options();
    let credential: unknown;
    try {
      credential = await makePasskey(options);
    } catch (closed) {
      if (closed instanceof DOMException) {
        // The browser's own question was closed: nothing happened, and it has said so itself.
        return;
      }

      throw closed;
    }

    await door.add({ name: name.trim(), credential });
    await fresh();
    toastDone(t('settings.passkey_added'));
  });
  return (
    <Section title={t('settings.passkeys')} lead={t('settings.passkeys_lead')}>
      {known.isPending && <Loading rows={2} />}
      {known.isError && <Trouble failure={known.error} retry={() => { void known.refetch(); }} />}
      {known.data?.items.length === 0 && <Text c="dimmed" size="sm">{t('settings.passkey_none')}</Text>}
      <ul className={classes.rows}>
        {known.data?.items.map((passkey) => (
          <li key={passkey.id} className={classes.row}>
            <Icon name="finger" />
            <span className={classes.text}>{passkey.name ?? t('settings.passkeys')}<Text size="xs" c="dimmed">{t('settings.added', { when: formats.ago(passkey.created_at) })}</Text></span>
            <Button size="xs" variant="default" onClick={() => { setDoomed(passkey); }}>{t('acts.remove')}</Button>
          </li>
        ))}
      </ul>
      {passkeysWork()
        ? (
          <form onSubmit={(event) => { void form.submit(event); }} noValidate>
            {form.failure !== undefined && <Trouble failure={form.failure} />}
            <Group align="flex-end" mt="md">
              <TextInput {...form.field('name')} label={t('settings.passkey_name')} maxLength={100} />
              <Button type="submit" variant="default" loading={form.busy} leftSection={<Icon name="plus" size={16} />}>{t('settings.passkey_add')}</Button>
            </Group>
          </form>
        )
        : <Text size="sm" c="dimmed" mt="sm">{t('settings.passkey_unable')}</Text>}
      <Confirm
        opened={doomed !== undefined} title={t('settings.passkey_drop', { name: doomed?.name ?? '' })} text={t('settings.passkey_drop_text')} act={t('acts.remove')} onClose={() => { setDoomed(undefined); }}
        run={async () => { if (doomed !== undefined) { await door.drop(doomed.id); await fresh(); } }}
      />
    </Section>
  );
}

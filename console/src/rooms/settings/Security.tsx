import { Button, PasswordInput, Stack } from '@mantine/core';
import { proofs as door } from './calls';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { LeastPassword } from '@/rooms/session/passwords';
import { Passkeys } from './Passkeys';
import { Totp } from './Totp';

export function Security() {
  return <Stack gap="lg"><Password /><Totp /><Passkeys /></Stack>;
}

function Password() {
  const { t } = useWords();
  const form = useForm(
    { current: '', new: '', repeat: '' },
    (values) => ({
      ...(values.current === '' ? { current: t('session.need') } : {}),
      ...(values.new.length < LeastPassword ? { new: t('session.short') } : values.new === values.repeat ? {} : { repeat: t('session.differ') }),
    }),
    async (values, reset) => {
      await door.password({ current: values.current, new: values.new });
      reset();
      toastDone(t('settings.password_done'));
    },
  );
  return (
    <Section title={t('settings.password')} lead={t('settings.password_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack maw={420}>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <PasswordInput {...form.field('current')} label={t('settings.current')} autoComplete="current-password" />
          <PasswordInput {...form.field('new')} label={t('settings.fresh')} description={t('session.password_hint')} autoComplete="new-password" />
          <PasswordInput {...form.field('repeat')} label={t('session.repeat')} autoComplete="new-password" />
          <Button type="submit" loading={form.busy} style={{ alignSelf: 'flex-start' }}>{t('settings.change_password')}</Button>
        </Stack>
      </form>
    </Section>
  );
}

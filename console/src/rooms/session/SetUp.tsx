import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { Navigate, useNavigate } from 'react-router';
import { session as door } from '@/kit/api/session';
import type { Session } from '@/kit/api/shapes';
import { useForm } from '@/kit/form/useForm';
import { useNewSession } from '@/kit/session';
import { Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { passwordErrors } from './passwords';
import { SessionFrame } from './SessionFrame';

/** After a one-time link: how one signs in from now on. */
export default function SetUp({ session }: { session: Session }) {
  const { t } = useWords();
  const arrive = useNewSession();
  const navigate = useNavigate();
  const form = useForm(
    { email: session.user?.email ?? '', name: session.user?.name ?? '', password: '', repeat: '' },
    (values) => ({
      ...(values.email.trim() === '' ? { email: t('session.need') } : {}),
      ...passwordErrors(values.password, values.repeat, { short: t('session.short'), differ: t('session.differ') }),
    }),
    async (values) => {
      const next = await door.setUp({ email: values.email.trim(), password: values.password, ...(values.name.trim() === '' ? {} : { name: values.name.trim() }) });
      arrive(next);
      await navigate('/welcome', { replace: true });
    },
  );
  if (session.needs !== 'set_up') {
    return <Navigate to={session.signed_in ? '/welcome' : '/sign-in'} replace />;
  }

  return (
    <SessionFrame title={t('session.set_up_title')} lead={t('session.set_up_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <TextInput {...form.field('email')} label={t('session.email')} type="email" autoComplete="username" />
          <TextInput {...form.field('name')} label={`${t('session.name')} (${t('acts.optional')})`} autoComplete="name" />
          <PasswordInput {...form.field('password')} label={t('session.password')} description={t('session.password_hint')} autoComplete="new-password" />
          <PasswordInput {...form.field('repeat')} label={t('session.repeat')} autoComplete="new-password" />
          <Button type="submit" size="md" loading={form.busy}>{t('session.set_up_enter')}</Button>
        </Stack>
      </form>
    </SessionFrame>
  );
}

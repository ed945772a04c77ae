import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { Link, Navigate, useSearchParams } from 'react-router';
import { session as door } from '@/kit/api/session';
import type { Session } from '@/kit/api/shapes';
import { useForm } from '@/kit/form/useForm';
import { useNewSession } from '@/kit/session';
import { Empty, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { passwordErrors } from './passwords';
import { SessionFrame } from './SessionFrame';
import classes from './session.module.css';

export default function SignUp({ session }: { session: Session }) {
  const { t } = useWords();
  const [search] = useSearchParams();
  const arrive = useNewSession();
  const form = useForm(
    { email: '', name: '', password: '', repeat: '', invitation: search.get('invitation') ?? '' },
    (values) => ({
      ...(values.email.trim() === '' ? { email: t('session.need') } : {}),
      ...(session.sign_up === 'invite' && values.invitation.trim() === '' ? { invitation: t('session.need') } : {}),
      ...passwordErrors(values.password, values.repeat, { short: t('session.short'), differ: t('session.differ') }),
    }),
    async (values) => {
      arrive(await door.signUp({
        email: values.email.trim(), password: values.password,
        ...(values.name.trim() === '' ? {} : { name: values.name.trim() }), ...(values.invitation.trim() === '' ? {} : { invitation: values.invitation.trim() }),
      }));
    },
  );
  if (session.signed_in) {
    return <Navigate to="/welcome" replace />;
  }

  if (session.sign_up === 'closed') {
    return <SessionFrame title={t('session.closed_title')}><Empty icon="shield" title={t('session.closed_title')} text={t('session.closed_text')} action={<Button component={Link} to="/sign-in">{t('session.title')}</Button>} /></SessionFrame>;
  }

  return (
    <SessionFrame title={t('session.sign_up_title')} lead={t('session.sign_up_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          {session.sign_up === 'invite' && <TextInput {...form.field('invitation')} label={t('session.invitation')} description={t('session.invitation_hint')} autoComplete="off" />}
          <TextInput {...form.field('email')} label={t('session.email')} type="email" autoComplete="username" autoFocus />
          <TextInput {...form.field('name')} label={`${t('session.name')} (${t('acts.optional')})`} autoComplete="name" />
          <PasswordInput {...form.field('password')} label={t('session.password')} description={t('session.password_hint')} autoComplete="new-password" />
          <PasswordInput {...form.field('repeat')} label={t('session.repeat')} autoComplete="new-password" />
          <Button type="submit" size="md" loading={form.busy}>{t('session.sign_up_enter')}</Button>
        </Stack>
      </form>
      <p className={classes.foot}>{t('session.has_account')} <Anchor component={Link} to="/sign-in">{t('session.title')}</Anchor></p>
    </SessionFrame>
  );
}

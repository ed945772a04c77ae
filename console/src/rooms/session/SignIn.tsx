import { Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, Navigate, useLocation, useSearchParams } from 'react-router';
import { session as door } from '@/kit/api/session';
import { Problem } from '@/kit/api/problem';
import type { Session } from '@/kit/api/shapes';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { passkeysWork, signWithPasskey } from '@/kit/passkeys';
import { safeReturn, useNewSession } from '@/kit/session';
import { Caution, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { SecondFactor } from './SecondFactor';
import { SessionFrame } from './SessionFrame';
import classes from './session.module.css';

/** Password, passkey or another house's sign-in; then the second factor where there is one. */
export default function SignIn({ session }: { session: Session }) {
  const [search] = useSearchParams();
  const back = safeReturn(search.get('return'));
  if (session.needs === 'set_up') {
    return <Navigate to="/set-up" replace />;
  }

  if (session.signed_in) {
    return <Navigate to={back} replace />;
  }

  return session.needs === 'second_factor' ? <SecondFactor /> : <FirstFactor session={session} back={back} />;
}

function FirstFactor({ session, back }: { session: Session; back: string }) {
  const { t } = useWords();
  const arrive = useNewSession();
  const location = useLocation();
  const signedOut = (location.state as { signedOut?: boolean } | null)?.signedOut === true;
  const [passkeyTrouble, setPasskeyTrouble] = useState(false);
  const form = useForm(
    { email: '', password: '' },
    (values) => ({ ...(values.email.trim() === '' ? { email: t('session.need') } : {}), ...(values.password === '' ? { password: t('session.need') } : {}) }),
    async (values) => { arrive(await door.password({ email: values.email.trim(), password: values.password })); },
  );
  const byPasskey = async () => {
    setPasskeyTrouble(false);
    try {
      arrive(await door.passkey(await signWithPasskey(await door.passkeyOptions())));
    } catch {
      setPasskeyTrouble(true);
    }
  };
  const failed = form.failure instanceof Problem && form.failure.code === 'sign_in_failed';
  const others = session.providers.length > 0 || (session.passkeys && passkeysWork());
  return (
    <SessionFrame title={t('session.title')} lead={t('session.lead')}>
      <Stack gap="lg">
        {signedOut && form.failure === undefined && <Text role="status" c="dimmed">{t('session.signed_out')}</Text>}
        <form onSubmit={(event) => { void form.submit(event); }} noValidate>
          <Stack>
            {failed && <Caution title={t('session.failed')}><Text size="sm">{t('session.forgot')}</Text></Caution>}
            {form.failure !== undefined && !failed && <Trouble failure={form.failure} />}
            <TextInput {...form.field('email')} label={t('session.email')} type="email" autoComplete="username webauthn" size="md" autoFocus />
            <PasswordInput {...form.field('password')} label={t('session.password')} autoComplete="current-password" size="md" />
            <Button type="submit" size="md" loading={form.busy}>{t('session.enter')}</Button>
          </Stack>
        </form>
        {others && (
          <Stack gap="sm">
            <Divider label={t('session.or')} />
            {session.passkeys && passkeysWork() && <Button variant="default" size="md" leftSection={<Icon name="finger" />} onClick={() => { void byPasskey(); }}>{t('session.passkey')}</Button>}
            {passkeyTrouble && <Text role="alert" size="sm" c="var(--mantine-color-error)">{t('session.passkey_failed')}</Text>}
            {session.providers.map((provider) => (
              <Button key={provider.name} variant="default" size="md" component="a" href={door.providerAddress(provider.name, back)}>{t('session.with', { provider: provider.title })}</Button>
            ))}
          </Stack>
        )}
        {session.sign_up !== 'closed' && <p className={classes.foot}>{t('session.no_account')} <Anchor component={Link} to="/sign-up">{t('session.sign_up')}</Anchor></p>}
      </Stack>
    </SessionFrame>
  );
}

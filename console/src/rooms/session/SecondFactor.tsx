import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { session as door } from '@/kit/api/session';
import { useForm } from '@/kit/form/useForm';
import { forgetSession, useNewSession } from '@/kit/session';
import { Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { SessionFrame } from './SessionFrame';

/** Six digits of an authenticator app, or a recovery code: one field takes both. */
export function SecondFactor() {
  const { t } = useWords();
  const arrive = useNewSession();
  const client = useQueryClient();
  const form = useForm(
    { code: '' },
    (values) => (values.code.trim() === '' ? { code: t('session.need') } : {}),
    async (values) => { arrive(await door.secondFactor({ code: values.code.trim() })); },
  );
  const other = async () => {
    await door.end().catch(() => undefined);
    await forgetSession(client);
  };
  return (
    <SessionFrame title={t('session.factor_title')} lead={t('session.factor_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <TextInput {...form.field('code')} label={t('session.code')} autoComplete="one-time-code" inputMode="text" autoCapitalize="none" size="md" autoFocus />
          <Button type="submit" size="md" loading={form.busy}>{t('session.factor_enter')}</Button>
          <Anchor component="button" type="button" size="sm" onClick={() => { void other(); }}>{t('session.other')}</Anchor>
        </Stack>
      </form>
    </SessionFrame>
  );
}

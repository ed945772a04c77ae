import { Alert as Note, Button, Code, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { settings as door, type HubChange, type HubSettings } from './calls';
import classes from './settings.module.css';

type Security = NonNullable<HubSettings['mail']>['security'];

export function MailPart({ read, save }: { read: HubSettings; save: (body: HubChange) => Promise<void> }) {
  const { t } = useWords();
  const fixed = read.fixed.includes('mail');
  const present = read.mail ?? undefined;
  const [tried, setTried] = useState<Shape<'TriedReply'>>();
  const [failure, setFailure] = useState<unknown>();
  const [testing, setTesting] = useState(false);
  const [dropping, setDropping] = useState(false);
  const form = useForm(
    { host: present?.host ?? '', port: String(present?.port ?? 587), security: present?.security ?? ('start_tls' as Security), user: present?.user ?? '', password: '', from: present?.from ?? '', from_name: present?.from_name ?? 'AIOHub' },
    ({ host, port, from }) => ({ ...(host.trim() === '' ? { host: t('hub_settings.need') } : {}), ...(from.trim() === '' ? { from: t('hub_settings.need') } : {}), ...(Number.isInteger(Number(port)) && port.trim() !== '' ? {} : { port: t('hub_settings.number') }) }),
    (values) => save({
      mail: {
        host: values.host.trim(), port: Number(values.port), security: values.security, user: values.user.trim() === '' ? null : values.user.trim(), from: values.from.trim(), from_name: values.from_name.trim(),
        ...(values.user.trim() === '' ? { password: null } : values.password === '' ? {} : { password: values.password }),
      },
    }),
  );
  const test = async () => {
    setTesting(true);
    setTried(undefined);
    setFailure(undefined);
    try {
      setTried(await door.testMail());
    } catch (refused) {
      setFailure(refused);
    } finally {
      setTesting(false);
    }
  };
  return (
    <Section title={t('hub_settings.mail')} lead={fixed ? t('hub_settings.fixed') : t('hub_settings.mail_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack maw={440}>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <div className={classes.pair}>
            <TextInput {...form.field('host')} label={t('hub_settings.host')} placeholder="smtp.example.com" autoComplete="off" disabled={fixed} className={classes.wide ?? ''} />
            <TextInput {...form.field('port')} label={t('hub_settings.port')} inputMode="numeric" disabled={fixed} className={classes.short ?? ''} />
          </div>
          <Select
            label={t('hub_settings.security')} value={form.values.security} allowDeselect={false} disabled={fixed} error={form.errors.security} onChange={(value) => { form.set('security', value as Security); }}
            data={[{ value: 'start_tls', label: t('hub_settings.start_tls') }, { value: 'tls', label: t('hub_settings.tls') }, { value: 'none', label: t('hub_settings.plain') }]}
          />
          <TextInput {...form.field('user')} label={t('hub_settings.user')} autoComplete="off" disabled={fixed} />
          <PasswordInput {...form.field('password')} label={t('hub_settings.password')} autoComplete="new-password" disabled={fixed} {...(present?.has_password === true ? { description: t('hub_settings.password_kept') } : {})} />
          <TextInput {...form.field('from')} label={t('hub_settings.from')} type="email" autoComplete="off" placeholder="aiohub@example.com" disabled={fixed} />
          <TextInput {...form.field('from_name')} label={t('hub_settings.from_name')} autoComplete="off" disabled={fixed} />
          <Group gap="sm">
            {!fixed && <Button type="submit" loading={form.busy}>{t('acts.save')}</Button>}
            {present !== undefined && <Button variant="default" loading={testing} onClick={() => { void test(); }} leftSection={<Icon name="send" size={16} />}>{t('hub_settings.test')}</Button>}
            {present !== undefined && !fixed && <Button variant="default" onClick={() => { setDropping(true); }}>{t('acts.remove')}</Button>}
          </Group>
          {failure !== undefined && <Trouble failure={failure} />}
          {tried !== undefined && (
            <Note role="status" color={tried.delivered ? 'accent' : 'red'} icon={<Icon name={tried.delivered ? 'check' : 'warn'} />} title={t(tried.delivered ? 'hub_settings.test_done' : 'hub_settings.test_failed')}>
              <Text size="xs" c="dimmed" mb={4}>{t('hub_settings.answer', { ms: tried.milliseconds })}</Text>
              <Code block className={classes.raw ?? ''}>{tried.answer}</Code>
            </Note>
          )}
        </Stack>
      </form>
      <Confirm opened={dropping} title={t('hub_settings.drop')} text={t('hub_settings.drop_text')} act={t('acts.remove')} onClose={() => { setDropping(false); }} run={() => save({ mail: null })} />
    </Section>
  );
}

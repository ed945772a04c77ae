import { Button, SegmentedControl, Select, Stack, TextInput, Text, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { me as door } from '@/kit/api/session';
import type { Versioned } from '@/kit/api/call';
import type { Me as Read } from '@/kit/api/shapes';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { forgetSession } from '@/kit/session';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { Languages, speak, useWords, type Language } from '@/kit/words';

export function Profile() {
  const { t } = useWords();
  const me = useQuery({ queryKey: ['me'], queryFn: door.readVersioned });
  return (
    <Section title={t('settings.profile')} lead={t('settings.profile_lead')}>
      {me.data !== undefined ? <Fields key={me.data.value.id} read={me.data} /> : me.isError ? <Trouble failure={me.error} retry={() => { void me.refetch(); }} /> : <Loading />}
    </Section>
  );
}

function Fields({ read }: { read: Versioned<Read> }) {
  const { t, language } = useWords();
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const form = useForm({ name: read.value.name ?? '' }, () => ({}), async ({ name }) => {
    await door.change({ name: name.trim() === '' ? null : name.trim() }, read.etag);
    await Promise.all([client.invalidateQueries({ queryKey: ['me'] }), forgetSession(client)]);
    toastDone(t('acts.saved'));
  });
  const keep = (change: { locale: Language } | { theme: MantineColorScheme }) => { door.change(change, read.etag).then(() => client.invalidateQueries({ queryKey: ['me'] })).catch(() => undefined); };
  return (
    <Stack gap="lg" maw={420}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <TextInput label={t('settings.email')} value={read.value.email} readOnly description={t('settings.email_hint')} />
          <TextInput {...form.field('name')} label={t('settings.name')} autoComplete="name" maxLength={100} />
          <Button type="submit" loading={form.busy} style={{ alignSelf: 'flex-start' }}>{t('acts.save')}</Button>
        </Stack>
      </form>
      <Select label={t('settings.language')} value={language} allowDeselect={false} data={Object.entries(Languages).map(([value, label]) => ({ value, label }))} onChange={(value) => { void speak(value as Language); keep({ locale: value as Language }); }} />
      <div>
        <Text size="sm" fw={500} mb={4} id="look">{t('settings.look')}</Text>
        <SegmentedControl aria-labelledby="look" fullWidth value={colorScheme} onChange={(value) => { setColorScheme(value as MantineColorScheme); keep({ theme: value as MantineColorScheme }); }} data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t(`nav.${value}`) }))} />
      </div>
      <Text size="sm" c="dimmed">{t('settings.role')}: {t(`settings.role_${read.value.role}`)}</Text>
    </Stack>
  );
}

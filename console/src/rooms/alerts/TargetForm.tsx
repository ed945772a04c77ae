import { Button, Group, MultiSelect, SegmentedControl, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@/kit/form/useForm';
import { Trouble } from '@/kit/States';
import { Languages, useWords, type Language } from '@/kit/words';
import { targets as door, type Target } from './calls';
import { Kinds, useKindName } from './kinds';

export function TargetForm({ present, onDone }: { present?: Target; onDone: (target: Target) => void }) {
  const { t, language } = useWords();
  const kindName = useKindName();
  const form = useForm(
    {
      name: present?.name ?? '', type: (present?.type ?? 'email') as 'email' | 'webhook', address: present?.address ?? '', kinds: [...(present?.kinds ?? [])] as string[], locale: (present?.locale ?? language) as Language,
      allow_private_network: present?.allow_private_network ?? false, enabled: present?.enabled ?? true,
    },
    ({ name, address }) => ({ ...(name.trim() === '' ? { name: t('alerts.need') } : {}), ...(address.trim() === '' ? { address: t('alerts.need') } : {}) }),
    async (values) => {
      const { type, ...rest } = { ...values, name: values.name.trim(), address: values.address.trim() };
      if (present === undefined) {
        onDone(await door.add({ type, ...rest }));
      } else {
        const { etag } = await door.read(present.id);
        onDone((await door.change(present.id, rest, etag ?? '*')).value);
      }
    },
  );
  const webhook = form.values.type === 'webhook';
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        {present === undefined && (
          <div>
            <Text size="sm" fw={500} mb={4} id="target-type">{t('alerts.type')}</Text>
            <SegmentedControl aria-labelledby="target-type" fullWidth value={form.values.type} onChange={(type) => { form.set('type', type as 'email' | 'webhook'); }} data={(['email', 'webhook'] as const).map((value) => ({ value, label: t(`alerts.${value}`) }))} />
          </div>
        )}
        <TextInput {...form.field('name')} label={t('alerts.name')} description={t('alerts.name_hint')} maxLength={100} autoComplete="off" data-autofocus />
        <TextInput {...form.field('address')} label={t(webhook ? 'alerts.address_webhook' : 'alerts.address_email')} type={webhook ? 'url' : 'email'} autoComplete="off" placeholder={webhook ? 'https://example.com/hooks/aiohub' : 'ops@example.com'} />
        <MultiSelect label={t('alerts.kinds')} description={t('alerts.kinds_hint')} value={form.values.kinds} onChange={(kinds) => { form.set('kinds', kinds); }} data={Kinds.map((kind) => ({ value: kind, label: kindName(kind) }))} error={form.errors.kinds} clearable />
        <Select label={t('alerts.locale')} value={form.values.locale} allowDeselect={false} onChange={(value) => { form.set('locale', value as Language); }} data={Object.entries(Languages).map(([value, label]) => ({ value, label }))} />
        {webhook && <Switch label={t('alerts.private')} description={t('alerts.private_hint')} checked={form.values.allow_private_network} onChange={(change) => { form.set('allow_private_network', change.currentTarget.checked); }} />}
        {present !== undefined && <Switch label={t('alerts.enabled')} checked={form.values.enabled} onChange={(change) => { form.set('enabled', change.currentTarget.checked); }} />}
        <Group justify="flex-end"><Button type="submit" loading={form.busy}>{t(present === undefined ? 'alerts.add_target' : 'acts.save')}</Button></Group>
      </Stack>
    </form>
  );
}

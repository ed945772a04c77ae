import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import type { HubChange, HubSettings } from './calls';

export function DoorPart({ read, save }: { read: HubSettings; save: (body: HubChange) => Promise<void> }) {
  const { t } = useWords();
  const fixed = read.fixed.includes('sign_up');
  const form = useForm(
    { sign_up: read.sign_up, public_address: read.public_address ?? '', start_balance_usd: String(read.start_balance_usd) },
    ({ start_balance_usd: usd }): { start_balance_usd?: string } => (usd.trim() === '' || Number.isNaN(Number(usd)) ? { start_balance_usd: t('hub_settings.number') } : {}),
    ({ sign_up: mode, public_address: address, start_balance_usd: usd }) => save({ ...(fixed ? {} : { sign_up: mode }), public_address: address.trim() === '' ? null : address.trim(), start_balance_usd: Number(usd) }),
  );
  return (
    <Section title={t('hub_settings.door')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack maw={440}>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <Select
            label={t('hub_settings.sign_up')} value={form.values.sign_up} allowDeselect={false} disabled={fixed} {...(fixed ? { description: t('hub_settings.fixed') } : {})} error={form.errors.sign_up}
            onChange={(value) => { form.set('sign_up', value as HubSettings['sign_up']); }} data={(['invite', 'open', 'closed'] as const).map((value) => ({ value, label: t(`hub_settings.${value}`) }))}
          />
          <TextInput {...form.field('start_balance_usd')} label={t('hub_settings.start_balance')} description={t('hub_settings.start_balance_hint')} inputMode="decimal" />
          <TextInput {...form.field('public_address')} label={t('hub_settings.public_address')} description={t('hub_settings.public_address_hint')} type="url" autoComplete="off" />
          <Button type="submit" loading={form.busy} style={{ alignSelf: 'flex-start' }}>{t('acts.save')}</Button>
        </Stack>
      </form>
    </Section>
  );
}

import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import type { HubChange, HubSettings } from './calls';

export function RoutingPart({ read, save }: { read: HubSettings; save: (body: HubChange) => Promise<void> }) {
  const { t } = useWords();
  const form = useForm(
    { max_attempts: String(read.routing.max_attempts), queue: read.routing.queue == null ? '' : String(read.routing.queue), queue_wait_seconds: String(read.routing.queue_wait_seconds) },
    (values) => Object.fromEntries(Object.entries(values).filter(([name, value]) => (name === 'queue' ? false : value.trim() === '') || Number.isNaN(Number(value))).map(([name]) => [name, t('hub_settings.number')])),
    ({ max_attempts: most, queue, queue_wait_seconds: wait }) => save({ routing: { max_attempts: Number(most), queue: queue.trim() === '' ? null : Number(queue), queue_wait_seconds: Number(wait) } }),
  );
  return (
    <Section title={t('hub_settings.routing')} lead={t('hub_settings.routing_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack maw={440}>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <TextInput {...form.field('max_attempts')} label={t('hub_settings.max_attempts')} description={t('hub_settings.max_attempts_hint')} inputMode="numeric" />
          <TextInput {...form.field('queue')} label={t('hub_settings.queue')} description={t('hub_settings.queue_hint')} inputMode="numeric" />
          <TextInput {...form.field('queue_wait_seconds')} label={t('hub_settings.queue_wait')} inputMode="decimal" />
          <Button type="submit" loading={form.busy} style={{ alignSelf: 'flex-start' }}>{t('acts.save')}</Button>
        </Stack>
      </form>
    </Section>
  );
}

import { SegmentedControl, Select, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { useWords } from '@/kit/words';
import { channels } from '@/rooms/channels/calls';
import { FormEnd } from '@/rooms/channels/FormEnd';
import { groups as door, type Group } from './calls';
import type { PartProps } from './GroupPage';
import { Told } from './Told';
import classes from './groups.module.css';

/** Active, paused, expired: since when, why, and what takes over. */
export function Lifecycle({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const group = read.value;
  const names = useQuery({ queryKey: ['group-names'], queryFn: channels.groupNames });
  const form = useForm(
    { status: group.status, expired_on: group.expired_on ?? '', reason: group.reason ?? '', replacement: group.replacement ?? '', serve_replacement: group.serve_replacement },
    () => ({}),
    async (fields) => {
      onSaved(await door.change(group.name, { status: fields.status, expired_on: fields.expired_on || null, reason: fields.reason.trim() || null, replacement: fields.replacement || null, serve_replacement: fields.serve_replacement }, read.etag ?? '*'));
    },
  );
  const { values } = form;
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('groups.part_lifecycle')} lead={t('groups.lifecycle_lead')}>
        <div className={classes.stack}>
          <SegmentedControl aria-label={t('groups.status')} value={values.status} style={{ alignSelf: 'flex-start' }} data={(['active', 'paused', 'expired'] as const).map((one) => ({ value: one, label: t(`groups.${one}`) }))} onChange={(next) => { form.set('status', next as Group['status']); }} />
          <Text size="sm" c="dimmed">{t(`groups.means_${values.status}`)}</Text>
          <Told name={group.name} stops={values.status !== 'active'} />
          <div className={classes.two}>
            <TextInput {...form.field('expired_on')} type="date" label={values.status === 'expired' ? t('groups.expired_since') : `${t('groups.ends_on')} (${t('acts.optional')})`} description={values.status === 'expired' ? t('groups.since_hint') : t('groups.ends_hint')} />
            <Select label={`${t('groups.replacement')} (${t('acts.optional')})`} description={t('groups.replacement_hint')} error={form.errors.replacement} data={(names.data ?? []).filter((name) => name !== group.name)} value={values.replacement || null} clearable searchable onChange={(next) => { form.set('replacement', next ?? ''); }} />
          </div>
          <Switch checked={values.serve_replacement} disabled={values.replacement === ''} onChange={(change) => { form.set('serve_replacement', change.currentTarget.checked); }} label={t('groups.serve_replacement')} description={t('groups.serve_hint')} />
          {(values.status !== 'active' || values.expired_on !== '') && <Textarea {...form.field('reason')} label={t('groups.reason')} description={t('groups.reason_hint')} autosize minRows={2} />}
        </div>
      </Section>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

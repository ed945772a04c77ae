import { MultiSelect, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { useWords } from '@/kit/words';
import { FormEnd } from '@/rooms/channels/FormEnd';
import { linesOf } from '@/rooms/channels/Inputs';
import { groups as door, type Group, type GroupChange } from './calls';
import type { PartProps } from './GroupPage';
import classes from './groups.module.css';

const dialects = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];
const limitNames = ['rpm', 'tpm', 'concurrency', 'queue'] as const;
const numberOf = (value: string | number) => (value === '' ? null : Number(value));

/** What callers are told of the group, whom it is for, and by which rules its calls go. */
export function Basics({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const group = read.value;
  const auto = group.name === 'auto';
  const form = useForm(
    {
      display_name: group.display_name, common_use: group.common_use, notes: group.notes, visibility: group.visibility, tags: group.tags, mode: group.mode, dialects: group.dialects, models: group.models.join('\n'),
      selection: group.policy.selection ?? 'weighted', translation: group.policy.translation ?? 'prefer_native', affinity: group.policy.affinity ?? true, auto_tier: group.auto_tier as string | number, max_attempts: (group.policy.failover?.max_attempts ?? '') as string | number,
      ...Object.fromEntries(limitNames.map((name) => [name, group.limits[name] ?? ''])) as Record<(typeof limitNames)[number], string | number>,
    },
    () => ({}),
    async (fields) => {
      const told: GroupChange = { display_name: fields.display_name, common_use: fields.common_use, notes: fields.notes, visibility: fields.visibility, tags: fields.tags };
      onSaved(await door.change(group.name, auto ? told : {
        ...told, mode: fields.mode, dialects: fields.dialects, models: linesOf(fields.models), auto_tier: fields.auto_tier === '' ? null : Number(fields.auto_tier),
        policy: { selection: fields.selection, translation: fields.translation, affinity: fields.affinity, failover: { ...group.policy.failover, max_attempts: numberOf(fields.max_attempts) } },
        limits: { ...group.limits, ...Object.fromEntries(limitNames.map((name) => [name, numberOf(fields[name])])) },
      }, read.etag ?? '*'));
    },
  );
  const { values } = form;
  const choice = <K extends 'visibility' | 'mode' | 'selection' | 'translation'>(name: K, options: readonly (typeof values)[K][], label: string) => (
    <Select label={label} error={form.errors[name]} allowDeselect={false} value={values[name]} data={options.map((one) => ({ value: one, label: t(`groups.${one}`) }))} onChange={(next) => { form.set(name, (next ?? options[0]) as (typeof values)[K]); }} />
  );
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('groups.told')} lead={t('groups.told_lead')}>
        <div className={classes.stack}>
          <TextInput {...form.field('display_name')} label={t('groups.display_name')} maw={420} />
          <Textarea {...form.field('common_use')} label={t('groups.common_use')} description={t('groups.use_hint')} autosize minRows={2} />
          <Textarea {...form.field('notes')} label={`${t('groups.notes')} (${t('acts.optional')})`} description={t('groups.notes_hint')} autosize minRows={2} />
          <div className={classes.two}>
            {choice('visibility', ['public', 'restricted', 'hidden'] as Group['visibility'][], t('groups.visibility'))}
            {values.visibility === 'restricted' && <TagsInput label={t('groups.tags')} description={t('groups.tags_hint')} value={values.tags} error={form.errors.tags} onChange={(next) => { form.set('tags', next); }} />}
          </div>
        </div>
      </Section>
      {!auto && (
        <Section title={t('groups.rules')}>
          <div className={classes.stack}>
            <div className={classes.two}>
              {choice('selection', ['weighted', 'least_latency', 'cheapest', 'round_robin'], t('groups.selection'))}
              {choice('translation', ['prefer_native', 'native_only', 'any'], t('groups.translation'))}
              {choice('mode', ['gateway', 'passthrough'] as Group['mode'][], t('groups.mode'))}
              <MultiSelect label={t('groups.dialects')} placeholder={values.dialects.length === 0 ? t('groups.all_dialects') : ''} data={dialects} value={values.dialects} error={form.errors.dialects} clearable onChange={(next) => { form.set('dialects', next); }} />
              <NumberInput {...form.field('auto_tier')} label={t('groups.auto_tier')} description={t('groups.auto_tier_hint')} min={0} max={1000} allowDecimal={false} hideControls />
              <NumberInput {...form.field('max_attempts')} label={t('groups.max_attempts')} placeholder={t('groups.usual')} min={1} allowDecimal={false} hideControls />
              {limitNames.map((name) => <NumberInput key={name} {...form.field(name)} label={t(`channels.${name}`)} placeholder={t('groups.usual')} min={0} allowDecimal={false} thousandSeparator hideControls />)}
            </div>
            <Switch checked={values.affinity} onChange={(change) => { form.set('affinity', change.currentTarget.checked); }} label={t('groups.affinity')} description={t('groups.affinity_hint')} />
            <Textarea {...form.field('models')} label={`${t('groups.models')} (${t('acts.optional')})`} description={t('groups.models_hint')} autosize minRows={2} ff="monospace" spellCheck={false} />
          </div>
        </Section>
      )}
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

import { MultiSelect, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Caution } from '@/kit/States';
import { useWords } from '@/kit/words';
import { capabilityNames } from '@/rooms/channels/capabilities';
import { Fold } from '@/rooms/channels/Fold';
import { FormEnd } from '@/rooms/channels/FormEnd';
import { linesOf } from '@/rooms/channels/Inputs';
import { LimitInputs } from '@/rooms/channels/LimitInputs';
import { anyOf, figuresOf, limitsOf, numberOf, rareLimits, usualLimits } from '@/rooms/channels/limits';
import { Purse } from '@/rooms/users/Purse';
import { groups as door, type Group, type GroupChange } from './calls';
import type { PartProps } from './GroupPage';
import classes from './groups.module.css';

const dialects = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];
const rules = ['same_credential', 'deadline_seconds', 'affinity_seconds', 'affinity_break_at'] as const;

/** What callers are told of the group, whom it is for, and by which rules its calls go. */
export function Basics({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const group = read.value;
  const auto = group.name === 'auto';
  const form = useForm(
    {
      display_name: group.display_name, common_use: group.common_use, notes: group.notes, visibility: group.visibility, tags: group.tags, mode: group.mode, dialects: group.dialects, models: group.models.join('\n'),
      selection: group.policy.selection ?? 'weighted', translation: group.policy.translation ?? 'prefer_native', affinity: group.policy.affinity ?? true, max_attempts: (group.policy.failover?.max_attempts ?? '') as string | number,
      lacks: group.policy.lacks ?? [], affinity_seconds: (group.policy.affinity_seconds ?? '') as string | number, affinity_break_at: (group.policy.affinity_break_at ?? '') as string | number,
      same_credential: (group.policy.failover?.same_credential ?? '') as string | number, deadline_seconds: (group.policy.failover?.deadline_seconds ?? '') as string | number,
      hold_handshake: group.policy.failover?.hold_handshake == null ? 'usual' : group.policy.failover.hold_handshake ? 'yes' : 'no', auto_tier: group.auto_tier as string | number, has_quota: group.has_quota,
      ...figuresOf(group.limits),
    },
    () => ({}),
    async (fields) => {
      const told: GroupChange = { display_name: fields.display_name, common_use: fields.common_use, notes: fields.notes, visibility: fields.visibility, tags: fields.tags };
      onSaved(await door.change(group.name, auto ? told : {
        ...told, mode: fields.mode, dialects: fields.dialects, models: linesOf(fields.models),
        policy: {
          selection: fields.selection, translation: fields.translation, affinity: fields.affinity, affinity_seconds: numberOf(fields.affinity_seconds), affinity_break_at: numberOf(fields.affinity_break_at), lacks: fields.lacks,
          failover: {
            max_attempts: numberOf(fields.max_attempts), same_credential: numberOf(fields.same_credential), deadline_seconds: numberOf(fields.deadline_seconds),
            hold_handshake: fields.hold_handshake === 'usual' ? null : fields.hold_handshake === 'yes',
          },
        },
        limits: limitsOf(fields), auto_tier: numberOf(fields.auto_tier), has_quota: fields.has_quota,
      }, read.etag ?? '*'));
    },
  );
  const { values } = form;
  const choice = <K extends 'visibility' | 'mode' | 'selection' | 'translation'>(name: K, options: readonly (typeof values)[K][], label: string) => (
    <Select label={label} error={form.errors[name]} allowDeselect={false} value={values[name]} data={options.map((one) => ({ value: one, label: t(`groups.${one}`) }))} onChange={(next) => { form.set(name, (next ?? options[0]) as (typeof values)[K]); }} />
  );
  const rule = (name: (typeof rules)[number] | 'auto_tier') => <NumberInput {...form.field(name)} label={t(`groups.${name}`)} description={t(`groups.${name}_hint`)} placeholder={t('groups.usual')} min={0} allowNegative={false} allowDecimal={name !== 'same_credential' && name !== 'auto_tier'} thousandSeparator hideControls />;
  return (
    <div className={classes.stack}>
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
                <NumberInput {...form.field('max_attempts')} label={t('groups.max_attempts')} placeholder={t('groups.usual')} min={1} allowDecimal={false} hideControls />
                <LimitInputs names={usualLimits} field={form.field} />
              </div>
              <Switch checked={values.affinity} onChange={(change) => { form.set('affinity', change.currentTarget.checked); }} label={t('groups.affinity')} description={t('groups.affinity_hint')} />
              <Textarea {...form.field('models')} label={`${t('groups.models')} (${t('acts.optional')})`} description={t('groups.models_hint')} autosize minRows={2} className="kit-code-input" spellCheck={false} />
            </div>
          </Section>
        )}
        {!auto && (
          <Fold
            title={t('channels.advanced')} lead={t('groups.advanced_lead')} used={anyOf(rareLimits, values) || group.has_quota || values.lacks.length > 0}
            wrong={anyOf([...rareLimits, ...rules, 'auto_tier', 'has_quota', 'lacks', 'hold_handshake'], form.errors)}
          >
            <div className={classes.stack}>
              <MultiSelect label={t('groups.lacks')} description={t('groups.lacks_hint')} data={capabilityNames} value={values.lacks} error={form.errors.lacks} clearable searchable onChange={(next) => { form.set('lacks', next); }} />
              <div className={classes.two}>
                {rule('affinity_seconds')}
                {rule('affinity_break_at')}
                {rule('same_credential')}
                {rule('deadline_seconds')}
                <Select label={t('groups.hold_handshake')} description={t('groups.hold_hint')} allowDeselect={false} value={values.hold_handshake} error={form.errors.hold_handshake} data={[{ value: 'usual', label: t('groups.usual') }, { value: 'yes', label: t('states.yes') }, { value: 'no', label: t('states.no') }]} onChange={(next) => { form.set('hold_handshake', next ?? 'usual'); }} />
                {rule('auto_tier')}
                <LimitInputs names={rareLimits} field={form.field} />
              </div>
              <Switch checked={values.has_quota} error={form.errors.has_quota} onChange={(change) => { form.set('has_quota', change.currentTarget.checked); }} label={t('groups.has_quota')} description={t('groups.quota_hint')} />
              {values.has_quota && !group.has_quota && <Caution title={t('channels.quota_first')}><span>{t('channels.quota_first_text')}</span></Caution>}
            </div>
          </Fold>
        )}
        <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
      </form>
      {group.has_quota && <Purse kind="group_quota" owner={group.id} title={t('groups.quota')} />}
    </div>
  );
}

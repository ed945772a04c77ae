import { ActionIcon, Button, Checkbox, Group, MultiSelect, Select, TagsInput, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { channels as door } from './calls';
import type { PartProps } from './ChannelPage';
import { FormEnd } from './FormEnd';
import { always, isAlways, rowOf, ruleOf, type Row, type When } from './overrideRows';
import classes from './channels.module.css';

/** Offered where operations are typed; the hub knows which there are. */
const operations = ['generate', 'count_tokens', 'compact', 'complete', 'embed', 'generate_image', 'edit_image', 'vary_image', 'speak', 'transcribe', 'translate_speech', 'moderate', 'rerank', 'search'];

/** What calls send otherwise than they would: headers and members of the body, rule by rule. */
export function Overrides({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  const dialects = types.data?.items.find(({ name }) => name === channel.type)?.dialects ?? [];
  const form = useForm(
    { headers: channel.overrides.headers.map((rule) => rowOf(rule, false)), body: channel.overrides.body.map((rule) => rowOf(rule, true)) },
    () => ({}),
    async (fields) => {
      onSaved(await door.change(channel.id, { overrides: { headers: fields.headers.map((row) => ruleOf(row, false)), body: fields.body.map((row) => ruleOf(row, true)) } }, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  const rules = (name: 'headers' | 'body') => <Rules name={name} rows={form.values[name]} dialects={dialects} named={form.named} onChange={(next) => { form.set(name, next); }} error={form.errors[name]} />;
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('channels.headers')} lead={t('channels.headers_lead')}>{rules('headers')}</Section>
      <Section title={t('channels.body')} lead={t('channels.body_lead')}>{rules('body')}</Section>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

interface RulesProps {
  name: 'headers' | 'body';
  rows: Row[];
  dialects: string[];
  /** Refusals by the hub's names of what they are about. */
  named: Record<string, string>;
  onChange: (next: Row[]) => void;
  error: string | undefined;
}

function Rules({ name, rows, dialects, named, onChange, error }: RulesProps) {
  const { t } = useWords();
  const places = rows.map((_, at) => `overrides.${name}[${String(at)}]`);
  // What stands at its rule need not be said again below.
  const placed = Object.keys(named).some((one) => places.some((place) => one.startsWith(place)));
  return (
    <div>
      {rows.length === 0 && <Text size="sm" c="dimmed" mb="sm">{t('channels.no_rules')}</Text>}
      {rows.map((row, at) => (
        <Rule
          key={at} row={row} secrets={name === 'headers'} dialects={dialects} fault={(part) => named[`${places[at] ?? ''}${part}`]}
          onChange={(change) => { onChange(rows.map((other, index) => (index === at ? { ...other, ...change } : other))); }} onDrop={() => { onChange(rows.filter((_, index) => index !== at)); }}
        />
      ))}
      {error !== undefined && !placed && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">{error}</Text>}
      <Button mt="sm" variant="default" size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => { onChange([...rows, { action: 'set', target: '', text: '', secret: false, when: always }]); }}>{t('channels.rule_add')}</Button>
    </div>
  );
}

interface RuleProps {
  row: Row;
  secrets: boolean;
  dialects: string[];
  fault: (part: string) => string | undefined;
  onChange: (change: Partial<Row>) => void;
  onDrop: () => void;
}

function Rule({ row, secrets, dialects, fault, onChange, onDrop }: RuleProps) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const faults = { models: fault('.when.models'), dialects: fault('.when.dialects'), operations: fault('.when.operations'), header: fault('.when.header') };
  const shown = open || Object.values(faults).some((one) => one !== undefined);
  const about = (what: string) => t('channels.rule_of', { what, name: row.target === '' ? t('channels.rule_new') : row.target });
  return (
    <div className={classes.ruleAll}>
      <div className={classes.rule}>
        <Select aria-label={t('channels.rule_action')} allowDeselect={false} value={row.action} data={(['set', 'remove', 'rename', 'append'] as const).map((action) => ({ value: action, label: t(`channels.rule_${action}`) }))} onChange={(action) => { onChange({ action: (action ?? 'set') as Row['action'] }); }} />
        <TextInput aria-label={t('channels.rule_target')} placeholder={secrets ? 'x-header' : 'member.inner'} value={row.target} error={fault('')} onChange={(change) => { onChange({ target: change.currentTarget.value }); }} spellCheck={false} autoComplete="off" />
        {row.action === 'remove' ? <span /> : (
          <TextInput aria-label={t(row.action === 'rename' ? 'channels.rule_to' : 'channels.rule_value')} value={row.text} error={fault('.value')} placeholder={row.secret ? t('channels.rule_kept') : row.action === 'rename' ? t('channels.rule_to') : t('channels.rule_value')} onChange={(change) => { onChange({ text: change.currentTarget.value }); }} spellCheck={false} autoComplete="off" />
        )}
        <Group gap="sm" mih={36} wrap="nowrap">
          {secrets && <Checkbox label={t('channels.rule_secret')} checked={row.secret} onChange={(change) => { onChange({ secret: change.currentTarget.checked }); }} />}
          <Button size="compact-sm" variant="subtle" aria-expanded={shown} aria-label={`${about(t('channels.rule_when'))}: ${t(isAlways(row.when) ? 'channels.rule_always' : 'channels.rule_sometimes')}`} onClick={() => { setOpen(!shown); }} rightSection={<Icon name={shown ? 'up' : 'down'} size={14} />}>{t(isAlways(row.when) ? 'channels.rule_always' : 'channels.rule_sometimes')}</Button>
        </Group>
        <ActionIcon size="lg" aria-label={t('channels.rule_drop', { name: row.target })} onClick={onDrop}><Icon name="cross" size={16} /></ActionIcon>
      </div>
      {!shown && !isAlways(row.when) && <Text size="xs" c="dimmed" pb="xs">{told(row.when, t('channels.rule_streams'), t('channels.rule_wholes'))}</Text>}
      {shown && (
        <div role="group" aria-label={about(t('channels.rule_when'))} className={classes.when}>
          <Text size="sm" c="dimmed">{t('channels.rule_when_lead')}</Text>
          <div className={classes.two}>
            <TagsInput label={t('channels.models')} placeholder={row.when.models.length === 0 ? t('channels.rule_any') : ''} value={row.when.models} error={faults.models} onChange={(models) => { onChange({ when: { ...row.when, models } }); }} />
            <MultiSelect label={t('channels.rule_spoken')} placeholder={row.when.dialects.length === 0 ? t('channels.rule_any') : ''} data={[...new Set([...dialects, ...row.when.dialects])]} value={row.when.dialects} error={faults.dialects} onChange={(next) => { onChange({ when: { ...row.when, dialects: next } }); }} />
            <TagsInput label={t('channels.rule_operations')} placeholder={row.when.operations.length === 0 ? t('channels.rule_any') : ''} data={operations} value={row.when.operations} error={faults.operations} onChange={(next) => { onChange({ when: { ...row.when, operations: next } }); }} />
            <Select label={t('channels.rule_stream')} allowDeselect={false} value={row.when.stream} data={[{ value: 'either', label: t('channels.rule_either') }, { value: 'yes', label: t('channels.rule_streams') }, { value: 'no', label: t('channels.rule_wholes') }]} onChange={(stream) => { onChange({ when: { ...row.when, stream: (stream ?? 'either') as When['stream'] } }); }} />
            <TextInput label={t('channels.rule_header')} placeholder="x-tenant" value={row.when.header} error={faults.header} onChange={(change) => { onChange({ when: { ...row.when, header: change.currentTarget.value } }); }} spellCheck={false} autoComplete="off" />
          </div>
        </div>
      )}
    </div>
  );
}

/** The condition in a line, for who only looks. */
const told = (when: When, streams: string, wholes: string) =>
  [...when.models, ...when.dialects, ...when.operations, ...(when.stream === 'either' ? [] : [when.stream === 'yes' ? streams : wholes]), ...(when.header.trim() === '' ? [] : [when.header])].join(' · ');

import { ActionIcon, Button, Checkbox, Group, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { channels as door, type OverrideRule } from './calls';
import type { PartProps } from './ChannelPage';
import { FormEnd } from './FormEnd';
import classes from './channels.module.css';

/** A rule as its row holds it: a value is a text while it is typed. */
interface Row {
  action: OverrideRule['action'];
  target: string;
  text: string;
  secret: boolean;
  when: OverrideRule['when'];
}

const rowOf = (rule: OverrideRule): Row => ({
  action: rule.action, target: rule.target, secret: rule.secret, when: rule.when,
  text: rule.action === 'rename' ? rule.to ?? '' : typeof rule.value === 'string' ? rule.value : rule.value === undefined || rule.value === null ? '' : JSON.stringify(rule.value),
});

/** Text that is JSON goes as such into a body; everything else is a text. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ruleOf(row: Row, body: boolean): OverrideRule {
  const base = { action: row.action, target: row.target.trim(), secret: row.secret, ...(row.when == null ? {} : { when: row.when }) };
  return row.action === 'rename' ? { ...base, to: row.text.trim() } : row.action === 'remove' || (row.secret && row.text === '') ? base : { ...base, value: body ? valueOf(row.text) : row.text };
}

/** What calls send otherwise than they would: headers and members of the body, rule by rule. */
export function Overrides({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const form = useForm(
    { headers: channel.overrides.headers.map(rowOf), body: channel.overrides.body.map(rowOf) },
    () => ({}),
    async (fields) => {
      onSaved(await door.change(channel.id, { overrides: { headers: fields.headers.map((row) => ruleOf(row, false)), body: fields.body.map((row) => ruleOf(row, true)) } }, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('channels.headers')} lead={t('channels.headers_lead')}><Rules rows={form.values.headers} secrets onChange={(next) => { form.set('headers', next); }} error={form.errors.headers} /></Section>
      <Section title={t('channels.body')} lead={t('channels.body_lead')}><Rules rows={form.values.body} onChange={(next) => { form.set('body', next); }} error={form.errors.body} /></Section>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

function Rules({ rows, onChange, error, secrets = false }: { rows: Row[]; onChange: (next: Row[]) => void; error?: string | undefined; secrets?: boolean }) {
  const { t } = useWords();
  const set = (at: number, change: Partial<Row>) => { onChange(rows.map((row, index) => (index === at ? { ...row, ...change } : row))); };
  return (
    <div>
      {rows.length === 0 && <Text size="sm" c="dimmed" mb="sm">{t('channels.no_rules')}</Text>}
      {rows.map((row, at) => (
        <div key={at} className={classes.rule}>
          <Select aria-label={t('channels.rule_action')} allowDeselect={false} value={row.action} data={(['set', 'remove', 'rename', 'append'] as const).map((action) => ({ value: action, label: t(`channels.rule_${action}`) }))} onChange={(action) => { set(at, { action: (action ?? 'set') as Row['action'] }); }} />
          <TextInput aria-label={t('channels.rule_target')} placeholder={secrets ? 'x-header' : 'member.inner'} value={row.target} onChange={(change) => { set(at, { target: change.currentTarget.value }); }} spellCheck={false} autoComplete="off" />
          {row.action === 'remove' ? <span /> : (
            <TextInput aria-label={t(row.action === 'rename' ? 'channels.rule_to' : 'channels.rule_value')} value={row.text} placeholder={row.secret ? t('channels.rule_kept') : row.action === 'rename' ? t('channels.rule_to') : t('channels.rule_value')} onChange={(change) => { set(at, { text: change.currentTarget.value }); }} spellCheck={false} autoComplete="off" />
          )}
          <Group gap="sm" mih={36}>
            {secrets && <Checkbox label={t('channels.rule_secret')} checked={row.secret} onChange={(change) => { set(at, { secret: change.currentTarget.checked }); }} />}
            {row.when != null && <Text size="xs" c="dimmed" title={JSON.stringify(row.when)}>{t('channels.rule_when')}</Text>}
          </Group>
          <ActionIcon size="lg" aria-label={t('channels.rule_drop', { name: row.target })} onClick={() => { onChange(rows.filter((_, index) => index !== at)); }}><Icon name="cross" size={16} /></ActionIcon>
        </div>
      ))}
      {error !== undefined && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">{error}</Text>}
      <Button mt="sm" variant="default" size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => { onChange([...rows, { action: 'set', target: '', text: '', secret: false, when: null }]); }}>{t('channels.rule_add')}</Button>
    </div>
  );
}

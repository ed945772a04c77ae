import { Button, Group, MultiSelect, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Pill, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { capabilityNames } from '@/rooms/channels/capabilities';
import { groups as door, type Explained } from './calls';
import type { PartProps } from './GroupPage';
import { useUse } from './Told';
import classes from './groups.module.css';

/** What a call would do now, and why not otherwise. Nothing is sent. */
export function Explain({ read }: PartProps) {
  const { t } = useWords();
  const [told, setTold] = useState<Explained>();
  const carriers = useUse(read.value.name).data?.carriers ?? [];
  const form = useForm(
    { model: '', dialect: 'openai-chat', needs: [] as string[], key_id: '', client: '' },
    (fields) => (fields.model.trim() === '' ? { model: t('session.need') } : {}),
    async (fields) => {
      setTold(undefined);
      setTold(await door.explain({ model: fields.model.trim(), dialect: fields.dialect, needs: fields.needs, ...(fields.client.trim() === '' ? {} : { client: fields.client.trim() }), ...(fields.key_id === '' ? { groups: [read.value.name] } : { key_id: Number(fields.key_id) }) }));
    },
  );
  return (
    <Section title={t('groups.part_explain')} lead={t('groups.explain_lead')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
        <div className={classes.two}>
          <TextInput {...form.field('model')} label={t('groups.model')} autoComplete="off" spellCheck={false} />
          <Select label={t('groups.key')} description={t('groups.key_hint')} placeholder={t(read.value.name === 'auto' ? 'groups.any_key_auto' : 'groups.any_key')} clearable searchable value={form.values.key_id || null} error={form.errors.key_id} data={carriers.map((key) => ({ value: String(key.id), label: `${key.name} · ${key.owner}` }))} onChange={(next) => { form.set('key_id', next ?? ''); }} />
          <Select label={t('groups.dialect')} allowDeselect={false} value={form.values.dialect} data={['openai-chat', 'openai-responses', 'anthropic', 'gemini']} onChange={(next) => { form.set('dialect', next ?? 'openai-chat'); }} />
          {read.value.name === 'auto' && <TextInput {...form.field('client')} label={`${t('groups.client')} (${t('acts.optional')})`} description={t('groups.client_hint')} placeholder="claude-cli/2.1.3 (external, cli)" autoComplete="off" spellCheck={false} />}
          <MultiSelect label={t('groups.needs')} data={capabilityNames} value={form.values.needs} clearable onChange={(next) => { form.set('needs', next); }} />
        </div>
        <Group><Button type="submit" loading={form.busy}>{t('groups.explain')}</Button></Group>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
      </form>
      {told !== undefined && (
        <div className={classes.stack} style={{ marginTop: '1.25rem' }}>
          <Text role="status">{told.refusal == null ? <><Pill tone="good">{t('groups.goes')}</Pill> <b>{told.group}</b> → <b>{told.channel}</b>, {told.upstream_model}</> : <><Pill tone="bad">{t('groups.refused')}</Pill> {told.refusal.message}</>}</Text>
          <ol className={classes.verdicts}>
            {told.groups.map((group) => (
              <li key={group.group} className={classes.verdict} data-chosen={group.chosen || undefined}>
                <b>{group.group}</b> {group.reason}
                {group.channels.length > 0 && <ul>{group.channels.map((channel) => <li key={channel.channel} data-chosen={channel.result === 'chosen' || undefined}>{channel.channel}: {channel.reason}</li>)}</ul>}
              </li>
            ))}
          </ol>
        </div>
      )}
    </Section>
  );
}

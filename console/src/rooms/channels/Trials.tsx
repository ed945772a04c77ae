import { Button, Checkbox, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Caution, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { channels as door, type Exchange, type ProbeReply, type TestReply } from './calls';
import type { PartProps } from './ChannelPage';
import { RawExchange } from './RawExchange';
import classes from './channels.module.css';

/** Does it answer, and what can it do: asked now, and shown raw. */
export function Trials({ read }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const [model, setModel] = useState('');
  const [credential, setCredential] = useState<string | null>(null);
  const [listOnly, setListOnly] = useState(false);
  const test = useMutation({ mutationFn: () => door.test(channel.id, { model: model.trim() || null, credential, list_only: listOnly }) });
  return (
    <div className={classes.stack}>
      <Section title={t('channels.test')} lead={t('channels.test_lead')} actions={<Button leftSection={<Icon name="play" size={16} />} loading={test.isPending} onClick={() => { test.mutate(); }}>{t('channels.run_test')}</Button>}>
        <div className={classes.stack}>
          <div className={classes.two}>
            <TextInput label={`${t('channels.model')} (${t('acts.optional')})`} description={t('channels.model_hint')} value={model} onChange={(change) => { setModel(change.currentTarget.value); }} autoComplete="off" spellCheck={false} />
            <Select label={t('channels.credential')} description={t('channels.credential_hint')} placeholder={t('channels.any_credential')} clearable value={credential} data={channel.credentials.map(({ name }) => name)} onChange={setCredential} />
          </div>
          <Switch checked={listOnly} onChange={(change) => { setListOnly(change.currentTarget.checked); }} label={t('channels.list_only')} description={t('channels.list_only_hint')} />
          {test.isError && <Trouble failure={test.error} />}
          {test.data !== undefined && <TestResult reply={test.data} />}
        </div>
      </Section>
      <Probe read={read} model={model} credential={credential} />
    </div>
  );
}

function TestResult({ reply }: { reply: TestReply }) {
  const { t } = useWords();
  return (
    <Stack gap="md">
      <Text role="status" fw={560}>{t(reply.ok ? 'channels.all_passed' : 'channels.some_failed')}</Text>
      {reply.credentials.map((one) => (
        <div key={one.credential} className={classes.stack}>
          <Group gap="sm"><Text fw={600}>{one.credential === '-' ? t('channels.no_credential') : one.credential}</Text><Pill tone={one.ok ? 'good' : 'bad'}>{t(one.ok ? 'channels.passed' : 'channels.failed')}</Pill></Group>
          <Step ok={one.listed} title={t('channels.step_list')} text={one.message} exchanges={one.exchanges} />
          {one.steps.map((step, at) => <Step key={step.name} ok={step.ok} title={`${t(`channels.step_${step.name as 'call' | 'stream' | 'tools'}`)} ${one.model ?? ''}`} text={step.message} ms={step.ms} exchanges={step.exchange == null ? [] : [step.exchange]} open={at === 0 || !step.ok} />)}
          {one.skipped != null && <Caution title={t('channels.skipped')}><Text size="sm">{one.skipped}</Text></Caution>}
        </div>
      ))}
    </Stack>
  );
}

function Step({ ok, title, text, ms, exchanges, open = false }: { ok: boolean; title: string; text: string; ms?: number; exchanges: Exchange[]; open?: boolean }) {
  const { t } = useWords();
  const formats = useFormats();
  return (
    <details className={classes.step} data-ok={ok} open={open}>
      <summary>
        <Icon name={ok ? 'check' : 'cross'} size={16} weight={2.200} />
        <span className={classes.stepText}><b>{title}</b> <span className="kit-unseen">{t(ok ? 'channels.passed' : 'channels.failed')}</span> <Text size="sm" c="dimmed" component="span">{text}</Text></span>
        {ms !== undefined && <Text size="xs" c="dimmed" className="figures" component="span">{formats.duration(ms)}</Text>}
      </summary>
      {exchanges.map((exchange, at) => <RawExchange key={at} exchange={exchange} />)}
    </details>
  );
}

function Probe({ read, model, credential }: { read: PartProps['read']; model: string; credential: string | null }) {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const { id } = read.value;
  const [apply, setApply] = useState(false);
  const known = useQuery({ queryKey: ['probes', id], queryFn: () => door.probes(id) });
  const fresh = () => client.invalidateQueries({ queryKey: ['probes', id] });
  const probe = useMutation({ mutationFn: () => door.probe(id, { models: model.trim() === '' ? null : [model.trim()], credential, apply }), onSuccess: fresh });
  const forget = useMutation({ mutationFn: () => door.forgetProbes(id), onSuccess: async () => { await fresh(); toastDone(t('channels.forgotten')); } });
  const records = known.data?.items ?? [];
  return (
    <Section title={t('channels.probe')} lead={t('channels.probe_lead')} actions={<Button variant="default" leftSection={<Icon name="play" size={16} />} loading={probe.isPending} onClick={() => { probe.mutate(); }}>{t('channels.run_probe')}</Button>}>
      <div className={classes.stack}>
        <Checkbox checked={apply} onChange={(change) => { setApply(change.currentTarget.checked); }} label={t('channels.apply')} description={t('channels.apply_hint')} />
        {probe.isError && <Trouble failure={probe.error} />}
        {probe.data !== undefined && <Findings reply={probe.data} />}
        {probe.data === undefined && records.length > 0 && (
          <>
            <table className={classes.findings}>
              <thead><tr><th scope="col">{t('channels.capability')}</th><th scope="col">{t('channels.found')}</th><th scope="col">{t('channels.counts')}</th><th scope="col">{t('channels.why')}</th></tr></thead>
              <tbody>{records.map((record) => (
                <tr key={`${record.model}-${record.capability}`}><td>{record.capability}<Text size="xs" c="dimmed">{record.model}</Text></td><td><Verdict value={record.verdict} /></td><td>{record.applied == null ? t('channels.not_applied') : t(record.applied ? 'channels.can' : 'channels.cannot')}</td><td>{record.reason}<Text size="xs" c="dimmed">{formats.ago(record.at)}</Text></td></tr>
              ))}</tbody>
            </table>
            <Group><Button size="xs" variant="subtle" loading={forget.isPending} onClick={() => { forget.mutate(); }}>{t('channels.forget')}</Button></Group>
          </>
        )}
      </div>
    </Section>
  );
}

function Verdict({ value }: { value: 'unknown' | 'can' | 'cannot' }) {
  const { t } = useWords();
  return <Pill tone={value === 'can' ? 'good' : value === 'cannot' ? 'bad' : 'plain'}>{t(`channels.${value}`)}</Pill>;
}

function Findings({ reply }: { reply: ProbeReply }) {
  const { t } = useWords();
  const formats = useFormats();
  return reply.models.map((model) => (
    <div key={model.model} className={classes.stack}>
      <Text role="status"><b>{model.model}</b> {model.answered ? t('channels.answers_in', { dialect: model.dialect ?? '' }) : model.plain} · {t('channels.calls_made', { count: model.calls })}{model.cost_usd != null && ` · ${formats.money(model.cost_usd)}`}</Text>
      <table className={classes.findings}>
        <thead><tr><th scope="col">{t('channels.capability')}</th><th scope="col">{t('channels.found')}</th><th scope="col">{t('channels.believed')}</th><th scope="col">{t('channels.why')}</th></tr></thead>
        <tbody>{model.findings.map((finding) => <tr key={finding.capability}><td>{finding.capability}</td><td><Verdict value={finding.verdict} /></td><td>{t(finding.after ? 'channels.can' : 'channels.cannot')}</td><td>{finding.reason}</td></tr>)}</tbody>
      </table>
    </div>
  ));
}

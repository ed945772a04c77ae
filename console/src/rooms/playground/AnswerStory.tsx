import { Anchor, Skeleton, Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { CodeBlock } from '@/kit/Code';
import { Pill } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { curlOf, dialects } from './dialects';
import type { Answer } from './usePlay';
import classes from './playground.module.css';

/** What became of a call: its way, its tokens, its price, its times; and every byte of it for those who look closer. */
export function AnswerStory({ answer }: { answer: Answer | undefined }) {
  const { t } = useWords();
  if (answer === undefined) {
    return null;
  }

  const dialect = dialects[answer.dialect];
  return (
    <section className={`kit-card ${classes.story}`} aria-label={t('playground.story')}>
      <Tabs defaultValue="story" keepMounted={false}>
        <Tabs.List className={classes.tabs}>
          <Tabs.Tab value="story">{t('playground.story')}</Tabs.Tab>
          <Tabs.Tab value="request">{t('playground.request')}</Tabs.Tab>
          <Tabs.Tab value="stream">{t('playground.stream')}</Tabs.Tab>
          <Tabs.Tab value="curl">curl</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="story" pt="md"><Told answer={answer} /></Tabs.Panel>
        <Tabs.Panel value="request" pt="md"><CodeBlock title={`POST ${dialect.path(answer.wish.model)}`} code={JSON.stringify(dialect.body(answer.wish), null, 2)} /></Tabs.Panel>
        <Tabs.Panel value="stream" pt="md"><CodeBlock title={t('playground.events', { count: answer.raw.length })} code={answer.raw.join('\n\n')} /></Tabs.Panel>
        <Tabs.Panel value="curl" pt="md"><CodeBlock title={t('setup.shell')} code={curlOf(window.location.origin, dialect, answer.wish)} /></Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Figure({ label, value, note, loading }: { label: string; value: string; note: string | undefined; loading: boolean }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{loading ? <Skeleton height={26} width="60%" my={4} /> : <span className={`figures ${classes.value ?? ''}`}>{value}</span>}{note !== undefined && <Text size="xs" c="dimmed" component="span" className="figures">{note}</Text>}</dd>
    </div>
  );
}

function Told({ answer }: { answer: Answer }) {
  const { t } = useWords();
  const formats = useFormats();
  const { record, told } = answer;
  const waiting = record === undefined && answer.asked !== true;
  const lines = record?.line_items ?? [];
  const sum = (pattern: RegExp) => lines.filter(({ what }) => pattern.test(what)).reduce((all, { quantity }) => all + quantity, 0);
  const channel = record?.channel ?? told['x-aiohub-channel'];
  const model = told['x-aiohub-model'] ?? record?.served_model;
  const losses = record?.losses ?? [];
  const facts: [string, ReactNode][] = [
    [t('playground.group'), record?.group ?? told['x-aiohub-group']],
    [t('playground.channel'), channel],
    [t('playground.served'), model === undefined || model === '' ? undefined : <code>{model}</code>],
    [t('playground.upstream'), record?.upstream_model === undefined || record.upstream_model === '' || record.upstream_model === model ? undefined : <code>{record.upstream_model}</code>],
    [t('playground.outcome'), record?.outcome === undefined ? undefined : <Pill tone={record.outcome === 'completed' ? 'good' : record.outcome === 'failed' || record.outcome === 'refused' ? 'bad' : 'warn'}>{record.outcome}</Pill>],
    [t('playground.ended'), record?.stop_reason],
    [t('playground.request_id'), answer.request === undefined ? undefined : <code className={classes.id}>{answer.request}</code>],
    [t('playground.losses'), losses.length === 0 ? undefined : losses.map(({ path, reason }) => `${path}: ${reason}`).join('; ')],
  ];
  return (
    <>
      <dl className={classes.figures}>
        <Figure label={t('playground.cost')} loading={waiting} value={record?.charge_usd === undefined ? '–' : formats.money(Number(record.charge_usd))} note={record?.multipliers?.group === undefined ? undefined : t('playground.multiplied', { factor: record.multipliers.group })} />
        <Figure label={t('playground.tokens')} loading={waiting} value={record === undefined ? '–' : formats.count(sum(/^(input|cache|output|reasoning)/))} note={record === undefined ? undefined : t('playground.in_out', { in: formats.count(sum(/^(input|cache)/)), out: formats.count(sum(/^(output|reasoning)/)) })} />
        <Figure label={t('playground.first')} loading={answer.first === undefined && waiting} value={formats.duration(answer.first)} note={t('playground.here')} />
        <Figure label={t('playground.whole')} loading={answer.total === undefined} value={formats.duration(answer.total)} note={record?.ms === undefined ? undefined : t('playground.in_hub', { time: formats.duration(record.ms.total) })} />
      </dl>
      <dl className={classes.facts}>
        {facts.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {record === undefined && answer.asked === true && answer.request !== undefined && <Text size="sm" c="dimmed">{t('playground.no_record')} <Anchor component={Link} to={`/log/${answer.request}`} size="sm">{t('playground.in_log')}</Anchor></Text>}
      {waiting && facts.every(([, value]) => value === undefined) && <Skeleton height={18} width="60%" />}
      {lines.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.lines} aria-label={t('playground.line_items')}>
            <thead><tr><th scope="col">{t('playground.line_items')}</th><th scope="col" data-figures>{t('playground.quantity')}</th><th scope="col" data-figures>{t('playground.per_million')}</th><th scope="col" data-figures>USD</th></tr></thead>
            <tbody>{lines.map((line) => <tr key={line.what}><td><code>{line.what}</code></td><td data-figures className="figures">{formats.count(line.quantity)}</td><td data-figures className="figures">{formats.money(Number(line.unit_usd_per_million))}</td><td data-figures className="figures">{formats.money(Number(line.usd))}</td></tr>)}</tbody>
          </table>
        </div>
      )}
      {(record?.attempts?.length ?? 0) > 1 && <ol className={classes.attempts} aria-label={t('playground.attempts')}>{record?.attempts?.map((attempt, at) => <li key={at}><span>{attempt.group}{attempt.channel === undefined ? '' : ` · ${attempt.channel}`}</span><Pill tone={attempt.result === 'ok' ? 'good' : 'bad'}>{attempt.result}</Pill><Text size="xs" c="dimmed" className="figures" component="span">{formats.duration(attempt.ms)}</Text></li>)}</ol>}
    </>
  );
}

import { Button, Checkbox, Group, Progress, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Problem } from '@/kit/api/problem';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { Caution, Empty, Loading, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { prices, type SyncLine, type SyncPlan, type SyncWish } from './calls';
import { Changes } from './Moves';
import classes from './prices.module.css';

const known = ['https://models.dev/api.json', 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json'] as const;

/** Prices from a document: read with progress, shown as a difference, applied when somebody says so. */
export default function SyncPrices() {
  const { t } = useWords();
  const client = useQueryClient();
  const [source, setSource] = useState<string>(known[0]);
  const [typed, setTyped] = useState('');
  const [only, setOnly] = useState('');
  const [knownOnly, setKnownOnly] = useState(true);
  const [near, setNear] = useState(false);
  const [line, setLine] = useState<SyncLine>();
  const [seen, setSeen] = useState<{ wish: SyncWish; plan: SyncPlan; tag: string }>();
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const abort = useRef<AbortController>(undefined);
  const read = async () => {
    setFailure(undefined);
    setTrouble(undefined);
    setSeen(undefined);
    let document: unknown;
    if (source === '') {
      try {
        document = JSON.parse(typed) as unknown;
      } catch (broken) {
        setTrouble(t('prices.no_json', { why: (broken as Error).message }));
        return;
      }
    }

    const globs = only.split(/[\s,]+/).filter((glob) => glob !== '');
    const wish: SyncWish = { ...(source === '' ? { document } : { source: source.trim() }), ...(globs.length === 0 ? {} : { only: globs }), ...(knownOnly ? { known_only: true } : {}), ...(near ? { allow_private_network: true } : {}) };
    abort.current = new AbortController();
    setBusy(true);
    try {
      const { plan, tag } = await prices.previewSync(wish, setLine, abort.current.signal);
      if (plan != null && tag != null) {
        setSeen({ wish, plan, tag });
      }
    } catch (refused) {
      if (!(refused instanceof DOMException && refused.name === 'AbortError')) {
        setFailure(refused instanceof TypeError ? new Problem(0, { code: 'unreachable' }) : refused);
      }
    } finally {
      setBusy(false);
      setLine(undefined);
    }
  };
  const done = async () => {
    await client.invalidateQueries({ queryKey: ['prices'] });
    setSeen(undefined);
  };
  return (
    <Page title={t('prices.sync_title')} lead={t('prices.sync_lead')} up={{ to: '/prices', title: t('prices.title') }}>
      <Section title={t('prices.document')}>
        <form onSubmit={(event) => { event.preventDefault(); void read(); }} noValidate>
          <Stack>
            <Select label={t('prices.source')} value={known.find((one) => one === source) ?? (source === '' ? 'paste' : 'other')} allowDeselect={false} disabled={busy} onChange={(value) => { setSource(value === 'paste' ? '' : value === 'other' ? 'https://' : value ?? ''); }} data={[{ value: known[0], label: 'models.dev' }, { value: known[1], label: 'LiteLLM' }, { value: 'other', label: t('prices.other_address') }, { value: 'paste', label: t('prices.paste') }]} />
            {source !== '' && <TextInput label={t('prices.address')} description={t('prices.address_hint')} value={source} disabled={busy} onChange={(event) => { setSource(event.currentTarget.value === '' ? 'https://' : event.currentTarget.value); }} />}
            {source === '' && <Textarea label={t('prices.pasted')} autosize minRows={4} maxRows={14} value={typed} error={trouble} disabled={busy} classNames={{ input: classes.mono ?? '' }} onChange={(event) => { setTyped(event.currentTarget.value); setTrouble(undefined); }} />}
            <TextInput label={t('prices.only')} description={t('prices.only_hint')} placeholder="claude-*, gpt-*" value={only} disabled={busy} onChange={(event) => { setOnly(event.currentTarget.value); }} />
            <Checkbox label={t('prices.known_only')} checked={knownOnly} disabled={busy} onChange={(event) => { setKnownOnly(event.currentTarget.checked); }} />
            {source !== '' && <Checkbox label={t('prices.near')} checked={near} disabled={busy} onChange={(event) => { setNear(event.currentTarget.checked); }} />}
            <Group>{busy ? <Button variant="default" leftSection={<Icon name="stop" size={14} />} onClick={() => abort.current?.abort()}>{t('acts.cancel')}</Button> : <Button type="submit">{t('prices.compare')}</Button>}</Group>
          </Stack>
        </form>
      </Section>
      {busy && <Going line={line} />}
      {failure !== undefined && <Trouble failure={failure} retry={() => { void read(); }} />}
      {seen !== undefined && <Plan key={seen.tag} seen={seen} onDone={done} />}
      <Syncs />
    </Page>
  );
}

function Going({ line }: { line: SyncLine | undefined }) {
  const { t } = useWords();
  const formats = useFormats();
  const steps = ['fetching', 'reading', 'comparing'] as const;
  const at = steps.findIndex((step) => step === line?.step);
  const share = line?.of != null && line.bytes != null ? line.bytes / line.of : undefined;
  return (
    <div className={`kit-card ${classes.going ?? ''}`} role="status">
      <Text size="sm" fw={560}>{t(`prices.step_${steps[Math.max(at, 0)] ?? 'fetching'}`)}{line?.bytes != null && line.bytes > 0 && <Text component="span" c="dimmed" className="figures"> {formats.compact(line.bytes)}B{line.of == null ? '' : ` / ${formats.compact(line.of)}B`}</Text>}</Text>
      <Progress value={at < 1 ? (share ?? 0.15) * 60 : at === 1 ? 75 : 90} animated aria-label={t('prices.progress')} />
    </div>
  );
}

type Seen = { wish: SyncWish; plan: SyncPlan; tag: string };
const order = ['changed', 'new', 'refused', 'gone'] as const;

function Plan({ seen, onDone }: { seen: Seen; onDone: () => Promise<void> }) {
  const { t } = useWords();
  const formats = useFormats();
  const { plan } = seen;
  const [force, setForce] = useState(false);
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState(40);
  const count = (verdict: string) => plan.changes.filter((change) => change.verdict === verdict).length;
  const doubtful = plan.changes.filter((change) => change.verdict === 'refused' && change.can_force).length;
  const able = count('changed') + count('new') + (force ? doubtful : 0);
  const sorted = [...plan.changes].sort((one, other) => order.indexOf(one.verdict as never) - order.indexOf(other.verdict as never));
  const tone = { changed: 'warn', new: 'good', refused: 'bad', gone: 'plain', unchanged: 'plain' } as const;
  const apply = async () => {
    const { models } = await prices.applySync({ ...seen.wish, ...(force ? { force } : {}) }, seen.tag);
    toastDone(t('prices.sync_done', { count: models.length }));
    await onDone();
  };
  return (
    <Section title={t('prices.difference')} lead={t('prices.difference_lead', { changed: count('changed'), new: count('new'), refused: count('refused'), gone: count('gone'), unchanged: formats.count(plan.unchanged) })} actions={<Button disabled={able === 0 || plan.faults.length > 0} onClick={() => { setAsking(true); }}>{t('prices.apply_count', { count: able })}</Button>}>
      <Stack>
        {plan.faults.length > 0 && <Caution title={t('prices.faults')}><ul className={classes.missing}>{plan.faults.slice(0, 10).map((fault) => <li key={fault}><Text size="sm">{fault}</Text></li>)}</ul></Caution>}
        {doubtful > 0 && <Checkbox label={t('prices.force', { count: doubtful })} description={t('prices.force_hint')} checked={force} onChange={(event) => { setForce(event.currentTarget.checked); }} />}
        {sorted.length === 0 && <Empty icon="check" title={t('prices.no_difference')} text={t('prices.no_difference_text')} order={3} />}
        <ul className={classes.plan} aria-label={t('prices.difference')}>
          {sorted.slice(0, shown).map((change) => (
            <li key={change.model}>
              <div className={classes.rowHead}><Text fw={600} size="sm"><code>{change.model}</code></Text><span className={classes.pills}>{change.new_model && <Pill>{t('prices.new_model')}</Pill>}<Pill tone={tone[change.verdict]}>{t(`prices.verdict_${change.verdict}`)}</Pill></span></div>
              {change.reason != null && <Text size="xs" c={change.verdict === 'refused' ? 'var(--kit-bad)' : 'dimmed'}>{change.reason}</Text>}
              {change.rates.length > 0 && <Changes rates={change.rates} currency={change.currency} />}
              {change.from != null && <Text size="xs" c="dimmed">{t('prices.from_day', { day: formats.date(change.from) })}</Text>}
              {change.groups.length > 0 && <Text size="xs" c="dimmed">{t('prices.groups_move', { count: change.groups.length })} {change.groups.join(', ')}</Text>}
            </li>
          ))}
        </ul>
        {sorted.length > shown && <Group><Button variant="default" size="sm" onClick={() => { setShown(shown + 100); }}>{t('acts.more')}</Button></Group>}
      </Stack>
      <Confirm opened={asking} danger={false} title={t('prices.apply_title', { count: able })} text={t('prices.apply_text')} act={t('prices.apply_count', { count: able })} onClose={() => { setAsking(false); }} run={apply} />
    </Section>
  );
}

function Syncs() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const syncs = useQuery({ queryKey: ['prices', 'syncs'], queryFn: prices.syncs });
  const [doomed, setDoomed] = useState<number>();
  const undo = async () => {
    if (doomed !== undefined) {
      await prices.undo(doomed);
      await client.invalidateQueries({ queryKey: ['prices'] });
      toastDone(t('prices.undone', { id: doomed }));
    }
  };
  return (
    <Section title={t('prices.syncs')}>
      {syncs.isPending && <Loading rows={2} />}
      {syncs.isError && <Trouble failure={syncs.error} retry={() => { void syncs.refetch(); }} />}
      {syncs.data?.items.length === 0 && <Text size="sm" c="dimmed">{t('prices.no_syncs')}</Text>}
      <ul className={classes.plan}>
        {syncs.data?.items.map((sync) => (
          <li key={sync.id}>
            <div className={classes.rowHead}>
              <div><Text size="sm" fw={560}>{t('prices.sync_line', { id: sync.id, count: sync.models })}</Text><Text size="xs" c="dimmed">{sync.source} · {sync.actor} · {formats.moment(sync.at)}{sync.undone_at == null ? '' : ` · ${t('prices.undone_by', { who: sync.undone_by ?? '–' })}`}</Text></div>
              {sync.undone_at == null ? <Button size="compact-sm" variant="default" onClick={() => { setDoomed(sync.id); }}>{t('prices.undo')}</Button> : <Pill>{t('prices.is_undone')}</Pill>}
            </div>
          </li>
        ))}
      </ul>
      <Confirm opened={doomed !== undefined} title={t('prices.undo_title', { id: doomed ?? 0 })} text={t('prices.undo_text')} act={t('prices.undo')} onClose={() => { setDoomed(undefined); }} run={undo} />
    </Section>
  );
}

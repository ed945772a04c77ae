import { Button, Checkbox, FileInput, Group, NumberInput, PasswordInput, Progress, SegmentedControl, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Problem } from '@/kit/api/problem';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { Caution, Empty, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { type ImportLine, type ImportPlan, imports, type ImportWish } from './calls';
import { Changes } from './Changes';
import classes from './configuration.module.css';

interface Seen { wish: ImportWish; plan: ImportPlan; tag: string }
type Going = { step: 'sending' } | ImportLine;

/** Brings over what a new-api had: a file or a running one, looked at first, then done with progress. */
export default function ImportNewApi() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const [from, setFrom] = useState<'file' | 'url'>('file');
  const [file, setFile] = useState<File | null>(null);
  const [url, setUrl] = useState('');
  const [token, setToken] = useState('');
  const [tokenUser, setTokenUser] = useState(1);
  const [near, setNear] = useState(false);
  const [origin, setOrigin] = useState('new-api');
  const [balances, setBalances] = useState(true);
  const [sent, setSent] = useState<{ file: File; id: string }>();
  const [going, setGoing] = useState<Going>();
  const [seen, setSeen] = useState<Seen>();
  const [done, setDone] = useState<ImportPlan>();
  const [failure, setFailure] = useState<unknown>();
  const [cancelled, setCancelled] = useState(false);
  const [asking, setAsking] = useState(false);
  const abort = useRef<AbortController>(undefined);
  const busy = going !== undefined;
  const able = from === 'file' ? file !== null : url.trim() !== '' && token.trim() !== '';
  const touched = <T,>(set: (value: T) => void) => (value: T) => {
    set(value);
    setSeen(undefined);
  };
  /** Work with progress that can be left; what was refused stays on the page. */
  const work = async (run: (signal: AbortSignal) => Promise<void>) => {
    setFailure(undefined);
    setCancelled(false);
    setDone(undefined);
    abort.current = new AbortController();
    try {
      await run(abort.current.signal);
    } catch (refused) {
      if (refused instanceof DOMException && refused.name === 'AbortError') {
        setCancelled(true);
      } else {
        setFailure(refused instanceof TypeError ? new Problem(0, { code: 'unreachable' }) : refused);
        setSent(refused instanceof Problem && 'upload' in refused.errors ? undefined : (kept) => kept);
      }
    } finally {
      setGoing(undefined);
    }
  };
  const look = () => work(async (signal) => {
    setSeen(undefined);
    const more = { origin: origin.trim(), balances };
    let wish: ImportWish = { url: url.trim(), token: token.trim(), token_user: tokenUser, allow_private_network: near, ...more };
    if (from === 'file' && file !== null) {
      let id = sent?.file === file ? sent.id : undefined;
      if (id === undefined) {
        setGoing({ step: 'sending' });
        ({ id } = await imports.upload(file, signal));
        setSent({ file, id });
      }

      wish = { upload: id, ...more };
    }

    setGoing({ step: 'reading' });
    const { plan, tag } = await imports.preview(wish, setGoing, signal);
    if (plan != null && tag != null) {
      setSeen({ wish, plan, tag });
    }
  });
  const run = (what: Seen) => work(async (signal) => {
    setGoing({ step: 'reading' });
    const { plan } = await imports.run(what.wish, what.tag, setGoing, signal);
    setSeen(undefined);
    setSent(undefined);
    setToken('');
    setDone(plan ?? undefined);
    toastDone(t('configuration.import_done', { count: plan?.changes.length ?? 0 }));
    await client.invalidateQueries();
  });
  const stale = failure instanceof Problem && failure.status === 412;
  return (
    <Page title={t('configuration.import_title')} lead={t('configuration.import_lead')} up={{ to: '/configuration', title: t('configuration.title') }}>
      <Section title={t('configuration.from')} lead={t('configuration.from_lead')}>
        <form onSubmit={(event) => { event.preventDefault(); void look(); }} noValidate>
          <Stack>
            <SegmentedControl aria-label={t('configuration.from')} value={from} disabled={busy} onChange={touched((value: string) => { setFrom(value as 'file' | 'url'); })} data={[{ value: 'file', label: t('configuration.by_file') }, { value: 'url', label: t('configuration.by_url') }]} style={{ alignSelf: 'flex-start' }} />
            {from === 'file' ? (
              <FileInput label={t('configuration.file')} description={t('configuration.file_hint')} placeholder={t('configuration.choose')} value={file} disabled={busy} clearable leftSection={<Icon name="upload" size={16} />} onChange={touched(setFile)} clearButtonProps={{ 'aria-label': t('acts.remove') }} />
            ) : (
              <>
                <Caution title={t('configuration.url_less')}><Text size="sm">{t('configuration.url_less_text')}</Text></Caution>
                <TextInput label={t('configuration.url')} placeholder="https://new-api.example.com" value={url} disabled={busy} onChange={(event) => { touched(setUrl)(event.currentTarget.value); }} />
                <PasswordInput label={t('configuration.token')} description={t('configuration.token_hint')} autoComplete="off" value={token} disabled={busy} onChange={(event) => { touched(setToken)(event.currentTarget.value); }} />
                <NumberInput label={t('configuration.token_user')} value={tokenUser} min={1} allowDecimal={false} disabled={busy} maw="12rem" onChange={(value) => { touched(setTokenUser)(Number(value) || 1); }} />
                <Checkbox label={t('configuration.near')} checked={near} disabled={busy} onChange={(event) => { touched(setNear)(event.currentTarget.checked); }} />
              </>
            )}
            <TextInput label={t('configuration.origin')} description={t('configuration.origin_hint')} value={origin} disabled={busy} maw="24rem" onChange={(event) => { touched(setOrigin)(event.currentTarget.value); }} />
            <Checkbox label={t('configuration.balances')} description={t('configuration.balances_hint')} checked={balances} disabled={busy} onChange={(event) => { touched(setBalances)(event.currentTarget.checked); }} />
            <Group>{busy ? <Button variant="default" leftSection={<Icon name="stop" size={14} />} onClick={() => abort.current?.abort()}>{t('acts.cancel')}</Button> : <Button type="submit" disabled={!able}>{t('configuration.look')}</Button>}</Group>
          </Stack>
        </form>
      </Section>
      {going !== undefined && <Progressing going={going} />}
      {cancelled && <Caution title={t('configuration.cancelled')}><Text size="sm">{t('configuration.cancelled_text')}</Text></Caution>}
      {stale && <Caution title={t('configuration.stale_import')}><Text size="sm">{t('configuration.stale_import_text')}</Text><Button size="xs" variant="default" onClick={() => { void look(); }}>{t('configuration.look')}</Button></Caution>}
      {failure !== undefined && !stale && <Trouble failure={failure} retry={() => { void look(); }} />}
      {seen !== undefined && !stale && !busy && (
        <Section title={t('configuration.plan')} lead={t('configuration.plan_lead')} actions={seen.plan.changes.length > 0 && <Button onClick={() => { setAsking(true); }}>{t('configuration.bring', { count: seen.plan.changes.length })}</Button>}>
          <Plan plan={seen.plan} />
        </Section>
      )}
      {done !== undefined && <Section title={t('configuration.import_done_title')} lead={t('configuration.import_done_lead', { usd: formats.money(done.moved_usd) })}><Plan plan={done} /></Section>}
      <Confirm opened={asking} danger={false} title={t('configuration.bring_ask', { count: seen?.plan.changes.length ?? 0 })} text={t('configuration.bring_text', { usd: formats.money(seen?.plan.moved_usd ?? 0) })} act={t('configuration.bring', { count: seen?.plan.changes.length ?? 0 })} onClose={() => { setAsking(false); }} run={() => { if (seen !== undefined) { void run(seen); } }} />
    </Page>
  );
}

const steps = ['sending', 'reading', 'comparing', 'writing'] as const;

function Progressing({ going }: { going: Going }) {
  const { t } = useWords();
  const formats = useFormats();
  const { done, of } = 'done' in going || 'of' in going ? going : { done: undefined, of: undefined };
  const step = steps.find((one) => one === going.step) ?? 'reading';
  return (
    <div className={`kit-card ${classes.going ?? ''}`} role="status">
      <Text size="sm" fw={560}>{t(`configuration.step_${step}`)}{done != null && of != null && <Text component="span" c="dimmed" className="figures"> {formats.compact(done)}{step === 'reading' ? 'B' : ''} / {formats.compact(of)}{step === 'reading' ? 'B' : ''}</Text>}</Text>
      <Progress value={done != null && of != null && of > 0 ? 100 * done / of : 12} animated aria-label={t('configuration.progress')} />
    </div>
  );
}

const tone = { left: 'bad', adjusted: 'warn', told: 'plain' } as const;

function Plan({ plan }: { plan: ImportPlan }) {
  const { t } = useWords();
  const formats = useFormats();
  const { found } = plan;
  const [shown, setShown] = useState(30);
  const sorts = (['left', 'adjusted', 'told'] as const).flatMap((kind) => plan.notes.filter((note) => note.kind === kind));
  const left = plan.notes.filter((note) => note.kind !== 'told').length;
  return (
    <Stack>
      <dl className={classes.counts} aria-label={t('configuration.found')}>
        {([['channels', found.channels], ['users', found.users], ['tokens', found.tokens], ['codes', found.codes]] as const).map(([name, count]) => <div key={name}><dt>{t(`configuration.found_${name}`)}</dt><dd>{formats.count(count)}</dd></div>)}
        <div><dt>{t('configuration.moved')}</dt><dd>{formats.money(plan.moved_usd)}</dd></div>
      </dl>
      <Tabs defaultValue="changes" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="changes">{t('configuration.tab_changes', { count: plan.changes.length })}</Tabs.Tab>
          <Tabs.Tab value="notes">{t('configuration.tab_notes', { count: left })}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="changes" pt="md">
          {plan.changes.length === 0 ? <Empty icon="check" title={t('configuration.nothing_new')} text={t('configuration.nothing_new_text')} order={3} /> : <Stack><Changes changes={plan.changes} label={t('configuration.changes')} /></Stack>}
        </Tabs.Panel>
        <Tabs.Panel value="notes" pt="md">
          <ul className={classes.notes} aria-label={t('configuration.notes')}>
            {sorts.slice(0, shown).map((note, at) => (
              <li key={at}>
                <div className={classes.head}><Text size="sm" fw={560}>{note.what}</Text><Pill tone={tone[note.kind]}>{t(`configuration.note_${note.kind}`)}</Pill></div>
                <Text size="sm">{note.reason}</Text>
                {note.remedy !== '' && <Text size="sm" c="dimmed">→ {note.remedy}</Text>}
              </li>
            ))}
          </ul>
          {sorts.length > shown && <Group mt="sm"><Button variant="default" size="sm" onClick={() => { setShown(shown + 100); }}>{t('acts.more')}</Button></Group>}
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

import { Button, Group, NumberInput, Select, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Link, useSearchParams } from 'react-router';
import { modelsOf } from '@/kit/api/relay';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Loading, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { AnswerStory } from './AnswerStory';
import { playground } from './calls';
import { dialectIds, dialects, toolsOf, type Turn, type Wish } from './dialects';
import { usePlay, type Answer } from './usePlay';
import classes from './playground.module.css';

/** Talk to any model as one of one's keys, in any dialect, and see what became of the call. */
export default function Playground() {
  const { t } = useWords();
  const keys = useQuery({ queryKey: ['playground', 'keys'], queryFn: playground.keys });
  const usable = (keys.data?.items ?? []).filter((key) => key.enabled && (key.expires_at == null || Date.parse(key.expires_at) > keys.dataUpdatedAt));
  return (
    <Page title={t('playground.title')} lead={t('playground.lead')}>
      {keys.isPending && <div className={`kit-card ${classes.pane}`}><Loading rows={6} /></div>}
      {keys.isError && <Trouble failure={keys.error} retry={() => { void keys.refetch(); }} />}
      {keys.data !== undefined && usable.length === 0 && <div className="kit-card"><Empty icon="key" title={t('playground.no_key')} text={t('playground.no_key_text')} action={<Button component={Link} to="/keys/new">{t('nav.new_key')}</Button>} /></div>}
      {usable.length > 0 && <Bench keys={usable.map((key) => ({ id: key.id, name: key.name, groups: key.groups }))} />}
    </Page>
  );
}

function Bench({ keys }: { keys: { id: number; name: string; groups: string[] }[] }) {
  const { t } = useWords();
  const [search, setSearch] = useSearchParams();
  const key = keys.find(({ id }) => String(id) === search.get('key')) ?? keys[0];
  const dialect = dialectIds.find((id) => id === search.get('dialect')) ?? 'chat';
  const model = search.get('model') ?? '';
  const choose = (name: string, value: string) => { setSearch((before) => { const next = new URLSearchParams(before); if (value === '') next.delete(name); else next.set(name, value); return next; }, { replace: true }); };
  const play = usePlay();
  const { tokenFor } = play;
  const models = useQuery({ queryKey: ['playground', 'models', key?.id], queryFn: async () => modelsOf(await tokenFor(key?.id ?? 0)), staleTime: 60_000 });
  const [system, setSystem] = useState('');
  const [temperature, setTemperature] = useState<number | string>('');
  const [maxTokens, setMaxTokens] = useState<number | string>('');
  const [tools, setTools] = useState('');
  const [toolTrouble, setToolTrouble] = useState<string>();
  const [turns, setTurns] = useState<Turn[]>([]);
  const [draft, setDraft] = useState('');
  const end = useRef<HTMLDivElement>(null);
  const first = models.data?.models.find((name) => name.startsWith('sandbox/')) ?? models.data?.models[0] ?? '';
  const chosen = model === '' ? first : model;
  const { answer, busy } = play;
  useEffect(() => { end.current?.scrollIntoView({ block: 'nearest' }); }, [answer?.text, answer?.thought, turns.length]);

  const wishOf = (all: readonly Turn[]): Wish | undefined => {
    try {
      const list = toolsOf(tools);
      setToolTrouble(undefined);
      return { model: chosen, system: system.trim(), turns: all, temperature: temperature === '' ? undefined : Number(temperature), maxTokens: maxTokens === '' ? undefined : Number(maxTokens), tools: list };
    } catch (failure) {
      setToolTrouble(failure instanceof RangeError ? t('playground.tools_list') : t('playground.tools_json', { why: (failure as Error).message }));
      return undefined;
    }
  };
  const run = async (all: Turn[]) => {
    const wish = wishOf(all);
    if (wish === undefined || key === undefined) {
      return;
    }

    setTurns(all);
    setDraft('');
    const done = await play.send(key.id, dialect, wish);
    if (done.text !== '') {
      setTurns([...all, { role: 'assistant', text: done.text }]);
    }
  };
  const say = () => { if (draft.trim() !== '' && !busy && chosen !== '') void run([...turns, { role: 'user', text: draft.trim() }]); };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      say();
    }
  };
  // Of an answer that is still coming, or came to nothing, the last turn is still the user's.
  const open = answer !== undefined && turns.at(-1)?.role === 'user';
  const clear = () => { setTurns([]); play.clear(); };
  return (
    <div className={classes.bench}>
      <section className={`kit-card ${classes.talk}`} aria-label={t('playground.conversation')}>
        {/* A keyboard must be able to scroll a long conversation. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={classes.turns} tabIndex={0} role="log" aria-label={t('playground.messages')} aria-busy={busy}>
          {turns.length === 0 && <div className={classes.hint}><span className={classes.badge}><Icon name="send" size={20} /></span><Text fw={600}>{t('playground.begin')}</Text><Text size="sm" c="dimmed" ta="center" maw="40ch">{t('playground.begin_text')}</Text></div>}
          {turns.map((turn, at) => <div key={at} className={classes.turn} data-role={turn.role}><span className={classes.who}>{turn.role === 'user' ? t('playground.you') : answer?.wish.model ?? chosen}</span>{turn.role === 'assistant' && at === turns.length - 1 && answer !== undefined && <Beside answer={answer} />}<p className={classes.said}>{turn.text}</p>{turn.role === 'assistant' && at === turns.length - 1 && answer?.state === 'stopped' && <Stopped />}</div>)}
          {open && <Coming answer={answer} again={() => { void run(turns); }} />}
          <div ref={end} />
        </div>
        <div className={classes.composer}>
          <Textarea aria-label={t('playground.message')} placeholder={t('playground.placeholder')} autosize minRows={2} maxRows={10} value={draft} onChange={(change) => { setDraft(change.currentTarget.value); }} onKeyDown={press} />
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed" className={classes.keysHint}>{t('playground.keys_hint')}</Text>
            <Group gap="xs">
              {turns.length > 0 && !busy && <Button variant="default" size="sm" onClick={clear}>{t('playground.clear')}</Button>}
              {busy
                ? <Button size="sm" variant="default" leftSection={<Icon name="stop" size={14} />} onClick={play.stop}>{t('playground.stop')}</Button>
                : <Button size="sm" leftSection={<Icon name="send" size={15} />} onClick={say} disabled={draft.trim() === '' || chosen === ''}>{t('playground.send')}</Button>}
            </Group>
          </Group>
        </div>
      </section>
      <aside className={`kit-card ${classes.pane}`} aria-label={t('playground.settings')}>
        <Stack gap="sm">
          <Select label={t('playground.key')} description={key?.groups.join(' → ')} data={keys.map(({ id, name }) => ({ value: String(id), label: name }))} value={String(key?.id)} onChange={(value) => { choose('key', value ?? ''); }} allowDeselect={false} disabled={busy} />
          <Select label={t('playground.model')} searchable data={[...new Set([...(chosen === '' ? [] : [chosen]), ...(models.data?.models ?? [])])]} value={chosen} onChange={(value) => { choose('model', value ?? ''); }} allowDeselect={false} disabled={busy} placeholder={models.isPending ? t('states.loading') : ''} nothingFoundMessage={t('playground.no_model')} />
          {models.isError && <Trouble failure={models.error} retry={() => { void models.refetch(); }} />}
          {models.data?.models.length === 0 && <Text size="xs" c="dimmed">{t('playground.no_models')}</Text>}
          <Select label={t('playground.dialect')} data={dialectIds.map((id) => ({ value: id, label: dialects[id].title }))} value={dialect} onChange={(value) => { choose('dialect', value === 'chat' ? '' : value ?? ''); }} allowDeselect={false} disabled={busy} />
          <Textarea label={t('playground.system')} autosize minRows={2} maxRows={8} value={system} onChange={(change) => { setSystem(change.currentTarget.value); }} />
          <Group grow gap="sm" align="flex-start">
            <NumberInput label={t('playground.temperature')} placeholder={t('playground.usual')} min={0} max={2} step={0.1} value={temperature} onChange={setTemperature} />
            <NumberInput label={t('playground.max_tokens')} placeholder={t('playground.usual')} min={1} allowDecimal={false} value={maxTokens} onChange={setMaxTokens} />
          </Group>
          <Textarea label={t('playground.tools')} description={t('playground.tools_hint')} placeholder={'[{"name": "…", "parameters": {…}}]'} autosize minRows={2} maxRows={10} value={tools} onChange={(change) => { setTools(change.currentTarget.value); setToolTrouble(undefined); }} error={toolTrouble} classNames={{ input: classes.mono ?? '' }} />
        </Stack>
      </aside>
      <AnswerStory answer={answer} />
    </div>
  );
}

function Beside({ answer }: { answer: Answer }) {
  const { t } = useWords();
  return (
    <>
      {answer.thought !== '' && <details className={classes.thought}><summary>{t('playground.thoughts')}</summary><p className={classes.said}>{answer.thought}</p></details>}
      {answer.tool !== '' && <pre className={classes.tool} aria-label={t('playground.tool_call')}>{answer.tool}</pre>}
    </>
  );
}

function Stopped() {
  const { t } = useWords();
  return <Text size="sm" c="dimmed" role="status">{t('playground.stopped')}</Text>;
}

function Coming({ answer, again }: { answer: Answer; again: () => void }) {
  const { t } = useWords();
  const busy = answer.state === 'waiting' || answer.state === 'streaming';
  return (
    <div className={classes.turn} data-role="assistant">
      <span className={classes.who}>{answer.wish.model}</span>
      <Beside answer={answer} />
      {(answer.text !== '' || busy) && <p className={classes.said} data-testid="coming">{answer.text}{busy && <span className={classes.cursor} aria-hidden="true" />}</p>}
      {answer.state === 'stopped' && <Stopped />}
      {answer.state === 'done' && answer.text === '' && answer.tool === '' && <Text size="sm" c="dimmed">{t('playground.no_text')}</Text>}
      {answer.state === 'failed' && <Trouble failure={answer.failure} retry={again} />}
    </div>
  );
}

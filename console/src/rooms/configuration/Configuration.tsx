import { Anchor, Button, FileButton, Group, PasswordInput, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import { Problem } from '@/kit/api/problem';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { SecretOnce } from '@/kit/SecretOnce';
import { Caution, Empty, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { type Applied, configuration, type ConfigurationPlan, type ConfigurationText, exportAddress } from './calls';
import { Changes } from './Changes';
import classes from './configuration.module.css';
import { linesOf, variablesOf } from './variables';

interface Seen { sent: ConfigurationText; plan: ConfigurationPlan; tag: string }

/** The configuration as a file: taken out, or put in after a look at what it changes. */
export default function Configuration() {
  const { t } = useWords();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [values, setValues] = useState<Record<string, string>>({});
  const [seen, setSeen] = useState<Seen>();
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<Applied>();
  const input = useRef<HTMLTextAreaElement>(null);
  const names = variablesOf(text);
  const change = (next: string) => {
    setText(next);
    setSeen(undefined);
    setFailure(undefined);
  };
  const preview = async () => {
    setBusy(true);
    setFailure(undefined);
    setSeen(undefined);
    setDone(undefined);
    const given = Object.fromEntries(names.flatMap((name) => (values[name] ?? '') === '' ? [] : [[name, values[name] ?? '']]));
    const sent: ConfigurationText = { text, ...(Object.keys(given).length === 0 ? {} : { variables: given }) };
    try {
      const { value, etag } = await configuration.preview(sent);
      setSeen({ sent, plan: value, tag: etag ?? '' });
    } catch (refused) {
      setFailure(refused);
    } finally {
      setBusy(false);
    }
  };
  const apply = async () => {
    if (seen === undefined) {
      return;
    }

    try {
      const applied = await configuration.apply(seen.sent, seen.tag);
      setDone(applied);
      setValues({});
      change('');
      toastDone(t('configuration.applied', { count: applied.changes.length }));
      await client.invalidateQueries();
    } catch (refused) {
      if (refused instanceof Problem && refused.status === 412) {
        setSeen(undefined);
        setFailure(refused);
        return;
      }

      throw refused;
    }
  };
  const goTo = (line: number) => {
    const area = input.current;
    if (area !== null) {
      const start = text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      const end = text.indexOf('\n', start);
      area.focus();
      area.setSelectionRange(start, end < 0 ? text.length : end);
    }
  };
  return (
    <Page title={t('configuration.title')} lead={t('configuration.lead')} actions={<Button component={Link} to="/configuration/import" variant="default" leftSection={<Icon name="upload" size={16} />}>{t('configuration.import')}</Button>}>
      <Section title={t('configuration.export_title')} lead={t('configuration.export_lead')} actions={<Button component="a" href={exportAddress} download="aiohub.yaml" variant="default" leftSection={<Icon name="download" size={16} />}>{t('configuration.download')}</Button>}>
        <Text size="sm" c="dimmed">{t('configuration.export_text')}</Text>
      </Section>
      <Section title={t('configuration.apply_title')} lead={t('configuration.apply_lead')}>
        <form onSubmit={(event) => { event.preventDefault(); void preview(); }} noValidate>
          <Stack>
            <Group justify="space-between" align="flex-end">
              <Text size="sm" c="dimmed">{t('configuration.paste_or')}</Text>
              <FileButton accept=".yaml,.yml,.json" onChange={(file) => { void file?.text().then(change); }}>{(props) => <Button {...props} size="sm" variant="default" leftSection={<Icon name="upload" size={14} />}>{t('configuration.open_file')}</Button>}</FileButton>
            </Group>
            <Textarea ref={input} label={t('configuration.text')} value={text} onChange={(event) => { change(event.currentTarget.value); }} autosize minRows={8} maxRows={24} spellCheck={false} disabled={busy} className={classes.mono ?? ''} placeholder={'version: 1\ngroups:\n  - name: claude-kiro\n    multiplier: 0.4'} />
            {names.length > 0 && (
              <div>
                <Text size="sm" fw={560}>{t('configuration.variables')}</Text>
                <Text size="sm" c="dimmed" mb="xs">{t('configuration.variables_hint')}</Text>
                <div className={classes.variables}>
                  {names.slice(0, 200).map((name) => <PasswordInput key={name} label={<code>{name}</code>} autoComplete="off" value={values[name] ?? ''} disabled={busy} onChange={(event) => { const { value } = event.currentTarget; setValues((all) => ({ ...all, [name]: value })); setSeen(undefined); }} />)}
                </div>
              </div>
            )}
            <Group><Button type="submit" loading={busy} disabled={text.trim() === ''}>{t('configuration.preview')}</Button></Group>
          </Stack>
        </form>
      </Section>
      {failure !== undefined && <Failed failure={failure} goTo={goTo} again={() => { void preview(); }} />}
      {seen !== undefined && (
        <Section title={t('configuration.difference')} lead={t('configuration.difference_lead', countsOf(seen.plan))} actions={seen.plan.changes.length > 0 && <Button onClick={() => { setAsking(true); }}>{t('configuration.apply_count', { count: seen.plan.changes.length })}</Button>}>
          {seen.plan.changes.length === 0 ? <Empty icon="check" title={t('configuration.same')} text={t('configuration.same_text')} order={3} /> : <Stack><Changes changes={seen.plan.changes} label={t('configuration.difference')} /></Stack>}
        </Section>
      )}
      {done !== undefined && (
        <Section title={t('configuration.done_title')} lead={t('configuration.applied', { count: done.changes.length })}>
          <div className={classes.keys}>
            {done.keys.map((key) => <SecretOnce key={`${key.user} ${key.name}`} title={t('configuration.key_of', { name: key.name, user: key.user })} text={t('configuration.key_text')} label={t('configuration.key_of', { name: key.name, user: key.user })} secret={key.secret} />)}
          </div>
          <Text size="sm"><Anchor component={Link} to="/audit">{t('configuration.see_audit')}</Anchor></Text>
        </Section>
      )}
      <Confirm opened={asking} danger={false} title={t('configuration.ask', { count: seen?.plan.changes.length ?? 0 })} text={t('configuration.ask_text')} act={t('configuration.apply_count', { count: seen?.plan.changes.length ?? 0 })} onClose={() => { setAsking(false); }} run={apply} />
    </Page>
  );
}

function countsOf(plan: ConfigurationPlan) {
  const count = (sort: string) => plan.changes.filter((change) => change.sort === sort).length;
  return { added: count('added'), changed: count('changed'), removed: count('removed') };
}

/** What is wrong with the text, by its lines; anything else as everywhere. */
function Failed({ failure, goTo, again }: { failure: unknown; goTo: (line: number) => void; again: () => void }) {
  const { t } = useWords();
  if (failure instanceof Problem && failure.status === 412) {
    return <Caution title={t('configuration.stale')}><Text size="sm">{t('configuration.stale_text')}</Text><Button size="xs" variant="default" onClick={again}>{t('configuration.preview')}</Button></Caution>;
  }

  const lines = failure instanceof Problem && failure.status === 422 ? linesOf(failure.errors) : [];
  if (lines.length === 0) {
    return <Trouble failure={failure} retry={again} />;
  }

  return (
    <Caution title={t('configuration.problems', { count: lines.reduce((sum, one) => sum + one.texts.length, 0) })}>
      <ul className={classes.problems}>
        {lines.map(({ line, texts }) => (
          <li key={line}>
            <span>{line > 0 ? <button type="button" onClick={() => { goTo(line); }}>{t('configuration.line', { line })}</button> : t('configuration.whole')}</span>
            <span>{texts.map((one) => <span key={one} style={{ display: 'block' }}>{one}</span>)}</span>
          </li>
        ))}
      </ul>
    </Caution>
  );
}

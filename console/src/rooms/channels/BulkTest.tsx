import { Button, Group, Progress, Switch, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { Section } from '@/kit/Page';
import { Icon } from '@/kit/Icon';
import { Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { channels as door, type BulkLine } from './calls';
import classes from './channels.module.css';

/** Many channels, told one by one as each is done. Leaving the page, or stopping, ends it in the hub too. */
export function BulkTest({ ids, onClose }: { ids: number[]; onClose: () => void }) {
  const { t } = useWords();
  const formats = useFormats();
  const [lines, setLines] = useState<BulkLine[]>([]);
  const [state, setState] = useState<'ready' | 'running' | 'done'>('ready');
  const [failure, setFailure] = useState<unknown>();
  const [listOnly, setListOnly] = useState(true);
  const ending = useRef<AbortController>(null);
  useEffect(() => () => { ending.current?.abort(); }, []);
  const run = async () => {
    const ender = new AbortController();
    ending.current = ender;
    setLines([]);
    setFailure(undefined);
    setState('running');
    try {
      await door.testMany({ ids, list_only: listOnly }, (line) => { setLines((before) => [...before, line]); }, ender.signal);
    } catch (refused) {
      setFailure(refused);
    } finally {
      setState('done');
    }
  };
  const failed = lines.filter((line) => !line.ok);
  return (
    <Section
      title={t('channels.bulk_title', { count: ids.length })} lead={t('channels.bulk_lead')}
      actions={<Group gap="xs">
        {state === 'running'
          ? <Button variant="default" onClick={() => { ending.current?.abort(); }} leftSection={<Icon name="stop" size={16} />}>{t('channels.stop')}</Button>
          : <Button onClick={() => { void run(); }} disabled={ids.length === 0} leftSection={<Icon name="play" size={16} />}>{state === 'done' ? t('channels.again') : t('channels.start')}</Button>}
        <Button variant="subtle" onClick={onClose}>{t('acts.close')}</Button>
      </Group>}
    >
      <Switch checked={listOnly} disabled={state === 'running'} onChange={(change) => { setListOnly(change.currentTarget.checked); }} label={t('channels.list_only')} description={t('channels.list_only_hint')} />
      {state !== 'ready' && (
        <div className={classes.bulk}>
          <Progress value={ids.length === 0 ? 0 : (lines.length / ids.length) * 100} aria-label={t('channels.progress')} color={failed.length > 0 ? 'yellow.7' : 'accent'} />
          <Text size="sm" role="status" className="figures">{t('channels.done_of', { done: lines.length, of: ids.length })}{failed.length > 0 && ` · ${t('channels.failed_count', { count: failed.length })}`}</Text>
          {failure !== undefined && <Trouble failure={failure} />}
          <ul className={classes.results}>
            {[...failed, ...lines.filter((line) => line.ok)].map((line) => (
              <li key={line.id} data-ok={line.ok}>
                <Icon name={line.ok ? 'check' : 'cross'} size={16} weight={2.200} />
                <span className={classes.resultText}><Link to={`/channels/${String(line.id)}/test`}>{line.name}</Link> <span className="kit-unseen">{t(line.ok ? 'channels.passed' : 'channels.failed')}</span><Text size="xs" c="dimmed" component="span">{line.message}</Text></span>
                <Text size="xs" c="dimmed" className="figures" component="span">{formats.duration(line.ms)}</Text>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}

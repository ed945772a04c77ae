import { Button, Checkbox, Group, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Caution, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { channels as door } from './calls';
import type { PartProps } from './ChannelPage';
import { FormEnd } from './FormEnd';
import { linesOf } from './Inputs';
import classes from './channels.module.css';

/** `public = upstream`, one a line. */
export function mapOf(text: string): Record<string, string> | undefined {
  const pairs = linesOf(text).map((line) => line.split('=').map((part) => part.trim()));
  return pairs.every((pair) => pair.length === 2 && pair[0] !== '' && pair[1] !== '') ? Object.fromEntries(pairs) as Record<string, string> : undefined;
}

/** Which models the channel serves, under which names the upstream knows them, and what the upstream lists. */
export function Models({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const [chosen, setChosen] = useState<string[]>([]);
  const [find, setFind] = useState('');
  const fetched = useMutation({ mutationFn: () => door.upstreamModels(channel.id) });
  const form = useForm(
    { models: channel.models.join('\n'), model_map: Object.entries(channel.model_map).map(([name, upstream]) => `${name} = ${upstream}`).join('\n'), test_model: channel.test_model ?? '' },
    (fields) => (mapOf(fields.model_map) === undefined ? { model_map: t('channels.map_wrong') } : {}),
    async (fields) => {
      onSaved(await door.change(channel.id, { models: linesOf(fields.models), model_map: mapOf(fields.model_map) ?? {}, test_model: fields.test_model.trim() || null }, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  const take = () => {
    form.set('models', [...new Set([...linesOf(form.values.models).filter((glob) => glob !== '*'), ...chosen])].join('\n'));
    setChosen([]);
    toastDone(t('channels.taken'));
  };
  const listed = (fetched.data?.models ?? []).filter((line) => line.upstream_model.toLowerCase().includes(find.toLowerCase()));
  return (
    <div className={classes.stack}>
      <Section title={t('channels.serves')}>
        <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
          <div className={classes.two}>
            <Textarea {...form.field('models')} label={t('channels.models')} description={t('channels.models_hint')} autosize minRows={4} maxRows={16} className="kit-code-input" spellCheck={false} />
            <Textarea {...form.field('model_map')} label={`${t('channels.model_map')} (${t('acts.optional')})`} description={t('channels.map_hint')} placeholder="claude-sonnet = vendor/claude-sonnet-4-5" autosize minRows={4} maxRows={16} className="kit-code-input" spellCheck={false} />
          </div>
          <TextInput {...form.field('test_model')} label={`${t('channels.test_model')} (${t('acts.optional')})`} description={t('channels.test_model_hint')} maw={420} autoComplete="off" spellCheck={false} />
          <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
        </form>
      </Section>
      <Section title={t('channels.upstream_lists')} lead={t('channels.upstream_lead')} actions={<Button variant="default" leftSection={<Icon name="turn" size={16} />} loading={fetched.isPending} onClick={() => { fetched.mutate(); }}>{t('channels.fetch')}</Button>}>
        {fetched.isError && <Trouble failure={fetched.error} />}
        {fetched.data?.ok === false && <Caution title={t('channels.not_listed')}><Text size="sm">{fetched.data.message}</Text></Caution>}
        {fetched.data?.ok === true && (
          <div className={classes.stack}>
            <Text size="sm" c="dimmed" role="status">{fetched.data.message}</Text>
            {fetched.data.missing.length > 0 && <Caution title={t('channels.missing')}><Text size="sm">{fetched.data.missing.map((line) => line.upstream_model).join(', ')}</Text></Caution>}
            {fetched.data.models.length > 0 && (
              <>
                <TextInput aria-label={t('channels.find_model')} placeholder={t('channels.find_model')} value={find} onChange={(change) => { setFind(change.currentTarget.value); }} leftSection={<Icon name="search" size={16} />} maw={320} />
                <div className={classes.models}>
                  {listed.map((line) => (
                    <Group key={line.upstream_model} gap="sm" wrap="nowrap">
                      <Checkbox label={line.upstream_model} checked={chosen.includes(line.upstream_model)} onChange={(change) => { const on = change.currentTarget.checked; setChosen((before) => (on ? [...before, line.upstream_model] : before.filter((one) => one !== line.upstream_model))); }} />
                      {line.offered_as.length > 0 ? <Pill tone="good">{t('channels.offered')}</Pill> : null}
                    </Group>
                  ))}
                </div>
                <Group><Button variant="default" disabled={chosen.length === 0} onClick={take}>{t('channels.take', { count: chosen.length })}</Button></Group>
              </>
            )}
          </div>
        )}
      </Section>
    </div>
  );
}

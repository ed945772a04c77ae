import { Autocomplete, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { modelsOf } from '@/kit/api/relay';
import { CodeTabs } from '@/kit/Code';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { modelFor, setups } from './setups';
import classes from './keys.module.css';

const Usual: Record<string, string> = { 'claude-code': 'claude-sonnet-4-6', anthropic: 'claude-sonnet-4-6', 'gemini-cli': 'gemini-3.8-flash', curl: 'sandbox/echo' };

/**
 * What to paste into each client, and whether this very key is answered.
 * @param known models that the key is known to reach: then nothing is left to check
 */
export function ClientSetup({ secret, known }: { secret: string; known?: readonly string[] }) {
  const { t } = useWords();
  const formats = useFormats();
  const [chosen, setChosen] = useState('');
  const check = useMutation({ mutationFn: () => modelsOf(secret) });
  const models = check.data?.models ?? known ?? [];
  const base = window.location.origin;
  const say = { shell: t('setup.shell'), file: (file: string) => t('setup.file', { file }), then: t('setup.then') };
  const tabs = setups(base, secret, '', say).map(({ id }) => {
    const model = chosen === '' ? modelFor(id, models, Usual[id] ?? 'gpt-5.5') : chosen;
    return setups(base, secret, model, say).find((tab) => tab.id === id);
  }).filter((tab) => tab !== undefined);
  return (
    <>
      {known === undefined && <Section title={t('setup.check_title')} lead={t('setup.check_text', { address: base })} actions={<Button variant="default" leftSection={<Icon name="bolt" size={16} />} loading={check.isPending} onClick={() => { check.mutate(); }}>{t('setup.check')}</Button>}>
        <div role="status">
          {check.isPending && <Text size="sm" c="dimmed">{t('setup.checking')}</Text>}
          {check.isSuccess && (
            <Stack gap="xs">
              <Group gap="xs" className={classes.good} wrap="nowrap"><Icon name="check" /><Text>{models.length > 0 ? t('setup.ok', { count: models.length, time: formats.duration(check.data.took) }) : t('setup.ok_none')}</Text></Group>
              {models.length > 0 && <ul className={classes.models} aria-label={t('setup.hide')}>{models.slice(0, 12).map((model) => <li key={model}>{model}</li>)}{models.length > 12 && <li>+ {models.length - 12}</li>}</ul>}
            </Stack>
          )}
        </div>
        {check.isError && <Trouble failure={check.error} />}
      </Section>}
      <Section title={t('keys.set_up')} lead={`${t('setup.lead')} ${t('setup.secret_note')}`}>
        <Autocomplete label={t('setup.model')} description={t('setup.model_hint')} placeholder="gpt-5.5" data={[...models]} limit={30} value={chosen} onChange={setChosen} maw={360} mb="lg" />
        <CodeTabs label={t('setup.clients')} tabs={tabs} />
      </Section>
    </>
  );
}

import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { keys as door } from '@/rooms/keys/calls';
import { modelsOf, sayHello, type CallStory } from '@/kit/api/relay';
import type { NewApiKey } from '@/kit/api/shapes';
import { CodeBlock } from '@/kit/Code';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { SecretOnce } from '@/kit/SecretOnce';
import { mayAct, useSession } from '@/kit/session';
import { Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { ClientSetup } from '@/rooms/keys/ClientSetup';
import { newKey, changeOf } from '@/rooms/keys/keyForm';
import classes from './first.module.css';

type Step = 'source' | 'key' | 'call';

/** From an account to an answered call, without reading any pages. */
export default function FirstRun() {
  const { t } = useWords();
  const session = useSession();
  const me = session.data?.user;
  const operator = mayAct(me, 'operator');
  const [step, setStep] = useState<Step>(operator ? 'source' : 'key');
  const [made, setMade] = useState<NewApiKey>();
  const order: Step[] = operator ? ['source', 'key', 'call'] : ['key', 'call'];
  const at = order.indexOf(step);
  const titles: Record<Step, string> = { source: t('first.step_source'), key: t('first.step_key'), call: t('first.step_call') };
  const state = (of: Step) => (order.indexOf(of) < at ? 'done' : of === step ? 'here' : 'ahead');
  return (
    <Page narrow title={t('first.title')} lead={t('first.account_done', { email: me?.email ?? '' })}>
      <ol className={classes.steps}>
        {order.map((of, index) => (
          <li key={of} className={classes.step} data-state={state(of)} {...(of === step ? { 'aria-current': 'step' as const } : {})}>
            <span className={classes.dot}>{state(of) === 'done' ? <Icon name="check" size={15} weight={2.400} /> : index + 1}</span>{titles[of]}
          </li>
        ))}
      </ol>
      {step === 'source' && <Source onNext={() => { setStep('key'); }} />}
      {step === 'key' && <Key made={made} onMade={setMade} onNext={() => { setStep('call'); }} />}
      {step === 'call' && made !== undefined && <Call made={made} />}
    </Page>
  );
}

function Panel({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <section className={`kit-card ${classes.panel ?? ''}`} aria-label={title}>
      <h2>{title}</h2>
      <Text c="dimmed" mb="lg">{lead}</Text>
      {children}
    </section>
  );
}

function Source({ onNext }: { onNext: () => void }) {
  const { t } = useWords();
  return (
    <Panel title={t('first.source_title')} lead={t('first.source_lead')}>
      <div className={classes.roads}>
        <div className={classes.road} data-first>
          <h3>{t('first.sandbox')}</h3>
          <Text size="sm" c="dimmed">{t('first.sandbox_text')}</Text>
          <Button onClick={onNext} mt="auto">{t('first.sandbox')}</Button>
        </div>
        <div className={classes.road}>
          <h3>{t('first.channel')}</h3>
          <Text size="sm" c="dimmed">{t('first.channel_text')}</Text>
          <CodeBlock title={t('setup.shell')} code={'aiohub channels add my-openai \\\n  --type openai --secret-env OPENAI_API_KEY \\\n  --group openai'} />
          <Text size="xs" c="dimmed">{t('first.later')}</Text>
        </div>
      </div>
    </Panel>
  );
}

function Key({ made, onMade, onNext }: { made: NewApiKey | undefined; onMade: (made: NewApiKey) => void; onNext: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const known = useQuery({ queryKey: ['keys', 'first'], queryFn: () => door.list({ limit: 1 }) });
  const make = useMutation({
    mutationFn: () => door.add(changeOf({ ...newKey, name: t('first.key_name') })),
    onSuccess: (key) => {
      onMade(key);
      void client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  if (made !== undefined) {
    return (
      <Stack gap="lg">
        <SecretOnce title={t('keys.once_title')} text={t('keys.once_text')} label={t('keys.secret')} secret={made.secret} />
        <Group><Button onClick={onNext}>{t('acts.next')}</Button></Group>
      </Stack>
    );
  }

  const some = (known.data?.items.length ?? 0) > 0;
  return (
    <Panel title={t('first.key_title')} lead={some ? t('first.use_new') : t('first.key_lead')}>
      {make.isError && <Trouble failure={make.error} />}
      <Group mt="sm">
        <Button loading={make.isPending} onClick={() => { make.mutate(); }}>{t('first.make_key')}</Button>
        {some && <Button variant="default" component={Link} to="/keys">{t('keys.title')}</Button>}
      </Group>
    </Panel>
  );
}

const Wish = 'sandbox/echo';

function Call({ made }: { made: NewApiKey }) {
  const { t } = useWords();
  const text = t('first.call_text');
  const models = useQuery({ queryKey: ['first-models', made.id], queryFn: () => modelsOf(made.secret), retry: false });
  const model = models.data === undefined || models.data.models.includes(Wish) ? Wish : models.data.models[0] ?? Wish;
  const call = useMutation({ mutationFn: () => sayHello(made.secret, model, text) });
  return (
    <Stack gap="lg">
      <Panel title={t('first.call_title')} lead={t('first.call_lead', { text, model })}>
        {call.data === undefined
          ? <Stack align="flex-start">{call.isError && <Trouble failure={call.error} />}<Button leftSection={<Icon name="bolt" size={16} />} loading={call.isPending} onClick={() => { call.mutate(); }}>{t('first.call')}</Button></Stack>
          : <Story story={call.data} />}
      </Panel>
      {call.data !== undefined && (
        <>
          <Text size="lg" fw={600}>{t('first.well')}</Text>
          <ClientSetup secret={made.secret} known={models.data?.models ?? [model]} />
          <Group><Button component={Link} to="/">{t('first.finish')}</Button></Group>
        </>
      )}
    </Stack>
  );
}

function Story({ story }: { story: CallStory }) {
  const { t } = useWords();
  const formats = useFormats();
  const facts: [string, string][] = [
    [t('first.group'), story.group ?? '–'], [t('first.model'), story.model ?? '–'], [t('first.took'), formats.duration(story.took)], [t('first.cost'), formats.money(story.cost)], [t('first.request'), story.requestId ?? '–'],
  ];
  return (
    <div role="status">
      <Text size="sm" c="dimmed">{t('first.answer')}</Text>
      <blockquote className={classes.answer}>{story.answer}</blockquote>
      <Text size="sm" c="dimmed" mb={6}>{t('first.way')}</Text>
      <dl className={classes.facts}>{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="figures">{value}</dd></div>)}</dl>
    </div>
  );
}

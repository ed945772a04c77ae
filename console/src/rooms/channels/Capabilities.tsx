import { ActionIcon, Button, MultiSelect, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { channels as door, type Channel } from './calls';
import { capabilityNames } from './capabilities';
import type { PartProps } from './ChannelPage';
import { FormEnd } from './FormEnd';
import classes from './channels.module.css';

type Said = 'usual' | 'can' | 'cannot';

/** What is said of some models, while it is typed. */
interface Row {
  models: string;
  can: string[];
  cannot: string[];
}

const rowOf = (said: Channel['capabilities_by_model'][number]): Row => {
  const names = Object.keys(said.capabilities);
  return { models: said.models, can: names.filter((name) => said.capabilities[name] === true), cannot: names.filter((name) => said.capabilities[name] === false) };
};

const all = (names: string[], can: boolean) => names.map((name) => [name, can] as const);

/** What the channel can do where its type, a probe and the catalogue are wrong about it. */
export function Capabilities({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  const usual = types.data?.items.find(({ name }) => name === channel.type)?.capabilities;
  const names = [...new Set([...capabilityNames, ...Object.keys(channel.capabilities)])];
  const form = useForm(
    {
      capabilities: Object.fromEntries(names.map((name) => [name, channel.capabilities[name] === undefined ? 'usual' : channel.capabilities[name] ? 'can' : 'cannot'])) as Record<string, Said>,
      capabilities_by_model: channel.capabilities_by_model.map(rowOf),
    },
    (fields) => (fields.capabilities_by_model.some((row) => row.models.trim() === '') ? { capabilities_by_model: t('channels.pattern_needed') } : {}),
    async (fields) => {
      onSaved(await door.change(channel.id, {
        capabilities: Object.fromEntries(Object.entries(fields.capabilities).filter(([, said]) => said !== 'usual').map(([name, said]) => [name, said === 'can'])),
        capabilities_by_model: fields.capabilities_by_model.map((row) => ({ models: row.models.trim(), capabilities: Object.fromEntries([...all(row.can, true), ...all(row.cannot, false)]) })),
      }, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  const rows = form.values.capabilities_by_model;
  const setRow = (at: number, change: Partial<Row>) => { form.set('capabilities_by_model', rows.map((row, index) => (index === at ? { ...row, ...change } : row))); };
  const fault = (text: string | undefined) => text !== undefined && <Text size="sm" c="var(--mantine-color-error)" role="alert">{text}</Text>;
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('channels.whole')} lead={t('channels.whole_lead')}>
        <ul className={classes.saids}>
          {names.map((name) => (
            <li key={name}>
              <span className={classes.saidText}><b>{name}</b>{usual !== undefined && <Text span size="xs" c="dimmed">{t(usual.includes(name) ? 'channels.type_can' : 'channels.type_cannot')}</Text>}</span>
              <SegmentedControl
                size="xs" aria-label={name} value={form.values.capabilities[name] ?? 'usual'} data={(['usual', 'can', 'cannot'] as const).map((said) => ({ value: said, label: t(`channels.said_${said}`) }))}
                onChange={(said) => { form.set('capabilities', { ...form.values.capabilities, [name]: said as Said }); }}
              />
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t('channels.some_models')} lead={t('channels.some_models_lead')}>
        {rows.length === 0 && <Text size="sm" c="dimmed" mb="sm">{t('channels.no_some_models')}</Text>}
        {rows.map((row, at) => (
          <div key={at} className={classes.ofModels}>
            <TextInput label={t('channels.pattern')} placeholder="claude-3-*" value={row.models} onChange={(change) => { setRow(at, { models: change.currentTarget.value }); }} spellCheck={false} autoComplete="off" />
            <MultiSelect label={t('channels.said_can')} data={names.filter((name) => !row.cannot.includes(name))} value={row.can} onChange={(can) => { setRow(at, { can }); }} searchable />
            <MultiSelect label={t('channels.said_cannot')} data={names.filter((name) => !row.can.includes(name))} value={row.cannot} onChange={(cannot) => { setRow(at, { cannot }); }} searchable />
            <ActionIcon size="lg" aria-label={t('channels.pattern_drop', { name: row.models })} onClick={() => { form.set('capabilities_by_model', rows.filter((_, index) => index !== at)); }}><Icon name="cross" size={16} /></ActionIcon>
          </div>
        ))}
        {/* Names above are the hub's own: what it refuses is a pattern. */}
        {fault(form.errors.capabilities_by_model ?? form.errors.capabilities)}
        <Button mt="sm" variant="default" size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => { form.set('capabilities_by_model', [...rows, { models: '', can: [], cannot: [] }]); }}>{t('channels.pattern_add')}</Button>
      </Section>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

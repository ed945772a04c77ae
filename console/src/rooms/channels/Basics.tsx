import { NumberInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Caution } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { channels as door, type ChannelChange } from './calls';
import type { PartProps } from './ChannelPage';
import { Chips } from './Channels';
import { FormEnd } from './FormEnd';
import { Settings } from './Inputs';
import classes from './channels.module.css';

const limitNames = ['rpm', 'tpm', 'concurrency', 'queue'] as const;
const timeNames = ['connect_ms', 'first_byte_ms', 'idle_ms'] as const;
type Figures = Record<(typeof limitNames)[number] | (typeof timeNames)[number], string | number>;
const numberOf = (value: string | number) => (value === '' ? null : Number(value));

/** Where calls go, how long they may take, how many at once, what they cost. */
export function Basics({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  const type = types.data?.items.find(({ name }) => name === channel.type);
  const form = useForm(
    {
      base_url: channel.base_url ?? '', allow_private_network: channel.allow_private_network, settings: channel.settings as Record<string, string>, tags: channel.tags, notes: channel.notes, proxy: channel.proxy ?? '',
      cost_multiplier: channel.cost_multiplier as string | number,
      ...Object.fromEntries(limitNames.map((name) => [name, channel.limits[name] ?? ''])) as Figures, ...Object.fromEntries(timeNames.map((name) => [name, channel.timeouts[name] ?? ''])) as Figures,
    },
    () => ({}),
    async (fields) => {
      const change: ChannelChange = {
        base_url: fields.base_url.trim() || null, allow_private_network: fields.allow_private_network, settings: fields.settings, tags: fields.tags, notes: fields.notes, cost_multiplier: numberOf(fields.cost_multiplier),
        limits: { ...channel.limits, ...Object.fromEntries(limitNames.map((name) => [name, numberOf(fields[name])])) }, timeouts: Object.fromEntries(timeNames.map((name) => [name, numberOf(fields[name])])),
        // Its password is masked in what was read: only what was typed anew is sent.
        ...(fields.proxy === (channel.proxy ?? '') ? {} : { proxy: fields.proxy.trim() || null }),
      };
      onSaved(await door.change(channel.id, change, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  const figure = (name: keyof Figures) => <NumberInput key={name} {...form.field(name)} label={t(`channels.${name}`)} placeholder={t('channels.usual')} min={0} allowNegative={false} allowDecimal={false} thousandSeparator hideControls />;
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      {channel.groups.length === 0
        ? <Caution title={t('channels.no_group_title')}><span>{t('channels.no_group_text')} <Link to="/groups">{t('nav.groups')}</Link></span></Caution>
        : <Section title={t('channels.groups')} lead={t('channels.groups_lead')}><Chips names={channel.groups} most={40} /></Section>}
      <Section title={t('channels.upstream')}>
        <div className={classes.stack}>
          <TextInput {...form.field('base_url')} label={t('channels.base_url')} description={type?.needs_address === true ? t('channels.base_url_hint') : t('channels.base_url_usual', { address: type?.address ?? '–' })} autoComplete="off" spellCheck={false} />
          <Switch checked={form.values.allow_private_network} onChange={(change) => { form.set('allow_private_network', change.currentTarget.checked); }} label={t('channels.private')} description={t('channels.private_hint')} />
          <TextInput {...form.field('proxy')} label={`${t('channels.proxy')} (${t('acts.optional')})`} description={t('channels.proxy_hint')} placeholder="socks5://user:password@proxy.example.com:1080" autoComplete="off" spellCheck={false} />
        </div>
      </Section>
      {type !== undefined && type.fields.length > 0 && (
        <Section title={t('channels.settings')} lead={t('channels.settings_lead')}><div className={classes.two}><Settings fields={type.fields} value={form.values.settings} onChange={(next) => { form.set('settings', next); }} error={form.errors.settings} /></div></Section>
      )}
      <Section title={t('channels.bounds')} lead={t('channels.bounds_lead')}><div className={classes.two}>{limitNames.map(figure)}{timeNames.map(figure)}<NumberInput {...form.field('cost_multiplier')} label={t('channels.cost_multiplier')} description={t('channels.cost_hint')} min={0} decimalScale={6} hideControls /></div></Section>
      <Section title={t('channels.labels')}>
        <div className={classes.stack}>
          <TagsInput label={t('channels.tags')} value={form.values.tags} error={form.errors.tags} onChange={(next) => { form.set('tags', next); }} />
          <Textarea {...form.field('notes')} label={t('channels.notes')} autosize minRows={2} />
        </div>
      </Section>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

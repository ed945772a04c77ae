import { MultiSelect, NumberInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Caution } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { Purse } from '@/rooms/users/Purse';
import { channels as door, type ChannelChange } from './calls';
import type { PartProps } from './ChannelPage';
import { Chips } from './Channels';
import { Fold } from './Fold';
import { FormEnd } from './FormEnd';
import { Settings } from './Inputs';
import { LimitInputs } from './LimitInputs';
import { anyOf, figuresOf, limitsOf, numberOf, rareLimits, usualLimits } from './limits';
import classes from './channels.module.css';

const timeNames = ['connect_ms', 'first_byte_ms', 'idle_ms'] as const;
type Times = Record<(typeof timeNames)[number], string | number>;

/** Where calls go, how long they may take, how many at once, what they cost. */
export function Basics({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const channel = read.value;
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  const type = types.data?.items.find(({ name }) => name === channel.type);
  const form = useForm(
    {
      base_url: channel.base_url ?? '', allow_private_network: channel.allow_private_network, settings: channel.settings as Record<string, string>, tags: channel.tags, notes: channel.notes, proxy: channel.proxy ?? '',
      cost_multiplier: channel.cost_multiplier as string | number, credit_price: (channel.credit_price ?? '') as string | number, dialects: channel.dialects, has_quota: channel.has_quota,
      ...figuresOf(channel.limits), ...Object.fromEntries(timeNames.map((name) => [name, channel.timeouts[name] ?? ''])) as Times,
    },
    () => ({}),
    async (fields) => {
      const change: ChannelChange = {
        base_url: fields.base_url.trim() || null, allow_private_network: fields.allow_private_network, settings: fields.settings, tags: fields.tags, notes: fields.notes, cost_multiplier: numberOf(fields.cost_multiplier),
        credit_price: numberOf(fields.credit_price), dialects: fields.dialects, has_quota: fields.has_quota, limits: limitsOf(fields), timeouts: Object.fromEntries(timeNames.map((name) => [name, numberOf(fields[name])])),
        // Its password is masked in what was read: only what was typed anew is sent.
        ...(fields.proxy === (channel.proxy ?? '') ? {} : { proxy: fields.proxy.trim() || null }),
      };
      onSaved(await door.change(channel.id, change, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  const time = (name: keyof Times) => <NumberInput key={name} {...form.field(name)} label={t(`channels.${name}`)} placeholder={t('channels.usual')} min={0} allowNegative={false} allowDecimal={false} thousandSeparator hideControls />;
  const rare = [...rareLimits, 'credit_price'];
  return (
    <div className={classes.stack}>
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
        <Section title={t('channels.bounds')} lead={t('channels.bounds_lead')}><div className={classes.two}><LimitInputs names={usualLimits} field={form.field} />{timeNames.map(time)}<NumberInput {...form.field('cost_multiplier')} label={t('channels.cost_multiplier')} description={t('channels.cost_hint')} min={0} decimalScale={6} hideControls /></div></Section>
        <Fold
          title={t('channels.advanced')} lead={t('channels.advanced_lead')} used={anyOf(rare, form.values) || channel.has_quota || channel.dialects.length > 0}
          wrong={anyOf([...rare, 'dialects', 'has_quota'], form.errors)}
        >
          <div className={classes.stack}>
            <MultiSelect label={t('channels.dialects')} description={t('channels.dialects_hint')} placeholder={form.values.dialects.length === 0 ? t('channels.all_models') : ''} data={[...new Set([...(type?.dialects ?? []), ...channel.dialects])]} value={form.values.dialects} error={form.errors.dialects} clearable onChange={(next) => { form.set('dialects', next); }} />
            <div className={classes.two}>
              <LimitInputs names={rareLimits} field={form.field} />
              <NumberInput {...form.field('credit_price')} label={t('channels.credit_price')} description={t('channels.credit_hint')} placeholder={t('channels.usual')} prefix="$ " min={0} decimalScale={9} hideControls />
            </div>
            <Switch checked={form.values.has_quota} error={form.errors.has_quota} onChange={(change) => { form.set('has_quota', change.currentTarget.checked); }} label={t('channels.has_quota')} description={t('channels.quota_hint')} />
            {form.values.has_quota && !channel.has_quota && <Caution title={t('channels.quota_first')}><span>{t('channels.quota_first_text')}</span></Caution>}
          </div>
        </Fold>
        <Section title={t('channels.labels')}>
          <div className={classes.stack}>
            <TagsInput label={t('channels.tags')} value={form.values.tags} error={form.errors.tags} onChange={(next) => { form.set('tags', next); }} />
            <Textarea {...form.field('notes')} label={t('channels.notes')} autosize minRows={2} />
          </div>
        </Section>
        <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
      </form>
      {channel.has_quota && <Purse kind="channel_budget" owner={channel.id} title={t('channels.budget')} />}
    </div>
  );
}

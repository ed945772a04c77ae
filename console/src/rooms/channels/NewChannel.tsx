import { Accordion, Button, Group, MultiSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useForm } from '@/kit/form/useForm';
import { Page } from '@/kit/Page';
import { safeReturn } from '@/kit/session';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { channels as door, type ChannelType } from './calls';
import { linesOf, Secret, Settings } from './Inputs';
import classes from './channels.module.css';

export default function NewChannel() {
  const { t } = useWords();
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  return (
    <Page narrow title={t('channels.new_title')} lead={t('channels.new_lead')} up={{ to: '/channels', title: t('channels.title') }}>
      {types.data === undefined
        ? types.isError ? <Trouble failure={types.error} retry={() => { void types.refetch(); }} /> : <Loading rows={6} />
        : <Ask types={types.data.items} />}
    </Page>
  );
}

const usual = ['openai', 'anthropic', 'openai-compatible'];

function Ask({ types }: { types: ChannelType[] }) {
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const back = search.get('return');
  const presets = useQuery({ queryKey: ['channel-presets'], queryFn: door.presets, staleTime: Infinity });
  const groups = useQuery({ queryKey: ['group-names'], queryFn: door.groupNames });
  const form = useForm(
    { type: 'openai', name: 'openai', base_url: '', settings: {} as Record<string, string>, secret: '', groups: [] as string[], models: '', allow_private_network: false, credentials: '' },
    (fields) => ({
      ...(fields.name.trim() === '' ? { name: t('session.need') } : {}),
      ...(fields.secret === '' && typeOf(types, fields.type).secrets.length > 0 && !typeOf(types, fields.type).allows_anonymous ? { secret: t('session.need') } : {}),
    }),
    async (fields) => {
      const made = await door.add({
        name: fields.name.trim(), type: fields.type, base_url: fields.base_url.trim() || null, settings: fields.settings, models: fields.models.trim() === '' ? null : linesOf(fields.models), groups: fields.groups,
        allow_private_network: fields.allow_private_network, credentials: fields.secret === '' ? null : [{ name: 'main', secret: fields.secret }],
      });
      await client.invalidateQueries({ queryKey: ['channels'] });
      toastDone(t('channels.made', { name: made.name }));
      await navigate(back === null ? `/channels/${String(made.id)}/test` : safeReturn(back));
    },
  );
  const { values } = form;
  const type = typeOf(types, values.type);
  const preset = presets.data?.items.find(({ name }) => name === values.settings.preset);
  const choose = (next: ChannelType) => {
    // A name that nobody typed follows the type.
    if (values.name === '' || types.some(({ name }) => name === values.name)) {
      form.set('name', next.name);
    }

    form.set('type', next.name);
    form.set('settings', {});
    form.set('secret', '');
  };
  const needsAddress = type.needs_address && preset?.address == null;
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate style={{ display: 'contents' }}>
      <div className={`kit-card ${classes.card ?? ''}`}>
        <fieldset className={classes.types}>
          <legend className="kit-unseen">{t('channels.type')}</legend>
          {[...types].sort((one, other) => rank(one) - rank(other)).map((one) => (
            <label key={one.name} className={classes.type} data-chosen={one.name === values.type || undefined}>
              <input type="radio" name="type" value={one.name} checked={one.name === values.type} onChange={() => { choose(one); }} />
              <span className={classes.typeName}>{one.name}</span>
              <span className={classes.typeNote}>{one.dialects.join(', ')}</span>
            </label>
          ))}
        </fieldset>
        <TextInput {...form.field('name')} label={t('channels.name')} description={t('channels.name_hint')} maw={420} maxLength={64} autoComplete="off" spellCheck={false} />
        <Settings fields={type.fields.filter((field) => field.usual)} value={values.settings} onChange={(next) => { form.set('settings', next); }} error={form.errors.settings} />
        {needsAddress && <TextInput {...form.field('base_url')} label={t('channels.base_url')} description={t('channels.base_url_hint')} placeholder="https://api.example.com/v1" autoComplete="off" spellCheck={false} />}
        {type.secrets.length > 0 && <Secret key={type.name} forms={type.secrets} label={`${t('channels.secret')}${type.allows_anonymous ? ` (${t('acts.optional')})` : ''}`} onChange={(secret) => { form.set('secret', secret); }} error={form.errors.secret ?? form.errors.credentials} />}
        <MultiSelect label={t('channels.groups')} description={t('channels.groups_hint')} data={groups.data ?? []} value={values.groups} error={form.errors.groups} searchable clearable onChange={(next) => { form.set('groups', next); }} />
      </div>
      <Accordion className="kit-card" styles={{ item: { border: 0 } }}>
        <Accordion.Item value="more">
          <Accordion.Control>{t('channels.more')}</Accordion.Control>
          <Accordion.Panel>
            <div className={classes.stack}>
              {!needsAddress && <TextInput {...form.field('base_url')} label={`${t('channels.base_url')} (${t('acts.optional')})`} description={t('channels.base_url_usual', { address: preset?.address ?? type.address ?? '–' })} autoComplete="off" spellCheck={false} />}
              <Textarea {...form.field('models')} label={`${t('channels.models')} (${t('acts.optional')})`} description={t('channels.models_hint')} autosize minRows={2} className="kit-code-input" spellCheck={false} />
              <Switch checked={values.allow_private_network} onChange={(change) => { form.set('allow_private_network', change.currentTarget.checked); }} label={t('channels.private')} description={t('channels.private_hint')} />
              <Settings fields={type.fields.filter((field) => !field.usual)} value={values.settings} onChange={(next) => { form.set('settings', next); }} />
            </div>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
      {form.failure !== undefined && <Trouble failure={form.failure} />}
      <Group><Button type="submit" loading={form.busy}>{t('channels.create')}</Button><Button variant="default" component={Link} to={back === null ? '/channels' : safeReturn(back)}>{t('acts.cancel')}</Button></Group>
    </form>
  );
}

const rank = ({ name }: ChannelType) => (usual.includes(name) ? usual.indexOf(name) : name === 'sandbox' ? 99 : 10);

function typeOf(types: ChannelType[], name: string): ChannelType {
  return types.find((one) => one.name === name) ?? { name, address: null, needs_address: false, allows_anonymous: true, presets: false, dialects: [], capabilities: [], fields: [], secrets: [] };
}

import { ActionIcon, Button, Menu, Modal, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Empty, Pill, useProblemText } from '@/kit/States';
import { toastDone, toastFailed } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { channels as door } from './calls';
import type { PartProps } from './ChannelPage';
import { Fold } from './Fold';
import { FormEnd } from './FormEnd';
import { Secret } from './Inputs';
import { LimitInputs } from './LimitInputs';
import { anyOf, figuresOf, limitsOf, rareLimits, usualLimits } from './limits';
import classes from './channels.module.css';

/** The secrets that the upstream knows: written, replaced, switched off; never read back. */
export function Credentials({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const formats = useFormats();
  const text = useProblemText();
  const channel = read.value;
  // An empty name: a new one.
  const [open, setOpen] = useState<string>();
  const [bounded, setBounded] = useState<string>();
  const [doomed, setDoomed] = useState<string>();
  const flip = async (name: string, enabled: boolean) => {
    try {
      onSaved(await door.changeCredential(channel.id, name, { enabled }, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const boundsOf = (limits: (typeof channel.credentials)[number]['limits']) => [...usualLimits, ...rareLimits].filter((name) => limits[name] != null).map((name) => `${t(`channels.${name}`)}: ${name.startsWith('usd') ? formats.money(limits[name]) : name === 'soft' ? formats.share(limits[name]) : formats.count(limits[name])}`).join(' · ');
  const add = <Button leftSection={<Icon name="plus" size={16} />} onClick={() => { setOpen(''); }}>{t('channels.add_credential')}</Button>;
  return (
    <Section title={t('channels.part_credentials')} lead={t('channels.credentials_lead')} actions={add}>
      {channel.credentials.length === 0 ? <Empty icon="key" order={3} title={t('channels.no_credentials')} text={t('channels.no_credentials_text')} /> : (
        <ul className={classes.rows}>
          {channel.credentials.map((credential) => (
            <li key={credential.id} className={classes.row}>
              <Icon name="key" />
              <div className={classes.rowText}><Text fw={560}>{credential.name}</Text><Text size="xs" c="dimmed" ff="monospace">{credential.masked}</Text>{Object.keys(credential.limits).length > 0 && <Text size="xs" c="dimmed">{boundsOf(credential.limits)}</Text>}</div>
              <Pill tone={credential.enabled ? 'good' : 'warn'}>{t(credential.enabled ? 'states.on' : 'states.off')}</Pill>
              <Menu position="bottom-end">
                <Menu.Target><ActionIcon aria-label={t('acts.actions', { name: credential.name })}><Icon name="dots" weight={2.600} /></ActionIcon></Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<Icon name="edit" size={16} />} onClick={() => { setOpen(credential.name); }}>{t('channels.replace')}</Menu.Item>
                  <Menu.Item leftSection={<Icon name="gauge" size={16} />} onClick={() => { setBounded(credential.name); }}>{t('channels.bound')}</Menu.Item>
                  <Menu.Item leftSection={<Icon name={credential.enabled ? 'moon' : 'bolt'} size={16} />} onClick={() => { void flip(credential.name, !credential.enabled); }}>{t(credential.enabled ? 'channels.turn_off' : 'channels.turn_on')}</Menu.Item>
                  <Menu.Item c="var(--mantine-color-error)" leftSection={<Icon name="trash" size={16} />} onClick={() => { setDoomed(credential.name); }}>{t('acts.remove')}</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </li>
          ))}
        </ul>
      )}
      <Modal opened={open !== undefined} onClose={() => { setOpen(undefined); }} title={<Text fw={650} size="lg" component="span">{open === '' ? t('channels.add_credential') : t('channels.replace_title', { name: open ?? '' })}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        {open !== undefined && <Write name={open} read={read} onSaved={(next) => { setOpen(undefined); onSaved(next); }} reload={reload} />}
      </Modal>
      <Modal opened={bounded !== undefined} onClose={() => { setBounded(undefined); }} title={<Text fw={650} size="lg" component="span">{t('channels.bound_title', { name: bounded ?? '' })}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        {bounded !== undefined && <Bounds name={bounded} read={read} onSaved={(next) => { setBounded(undefined); onSaved(next); }} reload={reload} />}
      </Modal>
      <Confirm
        opened={doomed !== undefined} title={t('channels.drop_credential', { name: doomed ?? '' })} text={t('channels.drop_credential_text')} act={t('acts.remove')} onClose={() => { setDoomed(undefined); }}
        run={async () => { onSaved(await door.dropCredential(channel.id, doomed ?? '', read.etag ?? '*')); }}
      />
    </Section>
  );
}

function Write({ name, read, onSaved, reload }: PartProps & { name: string }) {
  const { t } = useWords();
  const types = useQuery({ queryKey: ['channel-types'], queryFn: door.types, staleTime: Infinity });
  const forms = types.data?.items.find((type) => type.name === read.value.type)?.secrets ?? [];
  const form = useForm(
    { name, secret: '' },
    (fields) => ({ ...(fields.name.trim() === '' ? { name: t('session.need') } : {}), ...(fields.secret === '' ? { secret: t('session.need') } : {}) }),
    async (fields) => {
      onSaved(name === ''
        ? await door.addCredential(read.value.id, { name: fields.name.trim(), secret: fields.secret })
        : await door.changeCredential(read.value.id, name, { secret: fields.secret }, read.etag ?? '*'));
      toastDone(t('acts.saved'));
    },
  );
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      {name === '' && <TextInput {...form.field('name')} label={t('channels.name')} autoComplete="off" spellCheck={false} data-autofocus />}
      <Secret key={forms.length} forms={forms} label={t('channels.secret')} onChange={(secret) => { form.set('secret', secret); }} error={form.errors.secret} />
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

/** The limits of one credential; they count beside the channel's own. */
function Bounds({ name, read, onSaved, reload }: PartProps & { name: string }) {
  const { t } = useWords();
  const credential = read.value.credentials.find((one) => one.name === name);
  const form = useForm(figuresOf(credential?.limits ?? {}), () => ({}), async (fields) => {
    onSaved(await door.changeCredential(read.value.id, name, { limits: limitsOf(fields) }, read.etag ?? '*'));
    toastDone(t('acts.saved'));
  });
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Text size="sm" c="dimmed">{t('channels.bound_lead')}</Text>
      <div className={classes.two}><LimitInputs names={usualLimits} field={form.field} /></div>
      <Fold title={t('channels.advanced')} used={anyOf(rareLimits, form.values)} wrong={anyOf(rareLimits, form.errors)}><div className={classes.two}><LimitInputs names={rareLimits} field={form.field} /></div></Fold>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

import { Button, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from '@/kit/form/useForm';
import { Page, Section } from '@/kit/Page';
import { Caution, Empty, Loading, Pill, Trouble } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { own as door, type Alert, type Wishes } from './calls';
import classes from './alerts.module.css';

export default function MyAlerts() {
  const { t, language } = useWords();
  const formats = useFormats();
  const wishes = useQuery({ queryKey: ['alert-wishes'], queryFn: door.wishes });
  const list = useList<Alert>('alerts-own', (query) => door.list({ ...query, locale: language }), [], '-opened_at');
  const columns: Column<Alert>[] = [
    { id: 'what', title: t('alerts.what'), main: true, render: (alert) => <div className={classes.what}><Text fw={560} component="span">{alert.title}</Text><Text size="sm" c="dimmed">{alert.text}</Text></div> },
    { id: 'state', title: t('alerts.state'), render: (alert) => <Pill tone={alert.state === 'past' ? 'good' : 'warn'}>{t(`alerts.state_${alert.state}`)}</Pill> },
    { id: 'since', title: t('alerts.since'), figures: true, render: (alert) => <time dateTime={alert.opened_at} title={formats.moment(alert.opened_at)}>{formats.ago(alert.opened_at)}</time> },
  ];
  return (
    <Page title={t('alerts.mine')} lead={t('alerts.mine_lead')}>
      <Section title={t('alerts.by_email')}>
        {wishes.data !== undefined ? <WishFields read={wishes.data} /> : wishes.isError ? <Trouble failure={wishes.error} retry={() => { void wishes.refetch(); }} /> : <Loading rows={3} />}
      </Section>
      <DataTable label={t('alerts.mine')} name="alerts-own" list={list} columns={columns} rowKey={(alert) => alert.id} empty={<Empty icon="bell" title={t('alerts.mine_empty')} text={t('alerts.mine_empty_text')} />} />
    </Page>
  );
}

function WishFields({ read }: { read: Wishes }) {
  const { t } = useWords();
  const client = useQueryClient();
  const form = useForm(
    { by_email: read.by_email, low_balance_usd: read.low_balance_usd == null ? '' : String(read.low_balance_usd), key_budgets: read.key_budgets, keys_expiring: read.keys_expiring },
    ({ low_balance_usd: low }): { low_balance_usd?: string } => (low.trim() !== '' && Number.isNaN(Number(low)) ? { low_balance_usd: t('alerts.number') } : {}),
    async (values) => {
      const kept = await door.wish({ ...values, low_balance_usd: values.low_balance_usd.trim() === '' ? null : Number(values.low_balance_usd) });
      client.setQueryData(['alert-wishes'], kept);
      toastDone(t('acts.saved'));
    },
  );
  const off = !form.values.by_email;
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack maw={520}>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        {!read.can_send && form.values.by_email && <Caution title={t('alerts.cannot_send')}>{null}</Caution>}
        <Switch label={t('alerts.by_email')} description={t('alerts.by_email_hint', { email: read.email })} checked={form.values.by_email} onChange={(change) => { form.set('by_email', change.currentTarget.checked); }} />
        <TextInput {...form.field('low_balance_usd')} label={t('alerts.low_balance')} description={t('alerts.low_balance_hint')} inputMode="decimal" disabled={off} w={340} maw="100%" />
        <Switch label={t('alerts.key_budgets')} checked={form.values.key_budgets} disabled={off} onChange={(change) => { form.set('key_budgets', change.currentTarget.checked); }} />
        <Switch label={t('alerts.keys_expiring')} checked={form.values.keys_expiring} disabled={off} onChange={(change) => { form.set('keys_expiring', change.currentTarget.checked); }} />
        <Button type="submit" loading={form.busy} style={{ alignSelf: 'flex-start' }}>{t('acts.save')}</Button>
      </Stack>
    </form>
  );
}

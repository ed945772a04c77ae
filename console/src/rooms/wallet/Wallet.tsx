import { Button, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { Empty, Loading, Trouble } from '@/kit/States';
import { DataTable } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { wallet as door } from './calls';
import { useEntryColumns, type Entry } from './Entries';
import { monthsUntil } from './months';
import classes from './wallet.module.css';

/** What is left, what came in, and a code to redeem. */
export default function Wallet() {
  const { t } = useWords();
  const formats = useFormats();
  const known = useQuery({ queryKey: ['wallet'], queryFn: door.read });
  const list = useList<Entry>('wallet-entries', door.entries, ['charges'], '-id');
  const columns = useEntryColumns(false);
  return (
    <Page title={t('wallet.title')} lead={t('wallet.lead')}>
      <div className={classes.top}>
        <section className={`kit-card ${classes.balance}`} aria-label={t('wallet.balance')}>
          <Text size="sm" c="dimmed">{t('wallet.balance')}</Text>
          {known.isPending && <Loading rows={1} height={40} />}
          {known.isError && <Trouble failure={known.error} retry={() => { void known.refetch(); }} />}
          {known.data !== undefined && <p className={classes.figure} data-below={known.data.balance_usd < 0 || undefined}>{formats.money(known.data.balance_usd)}</p>}
          <Text size="sm" c="dimmed">{t(known.data !== undefined && known.data.balance_usd <= 0 ? 'wallet.spent_text' : 'wallet.balance_text')}</Text>
        </section>
        <Redeem />
      </div>
      <DataTable
        label={t('wallet.entries')} name="wallet" list={list} columns={columns} rowKey={(entry) => entry.id}
        empty={<Empty icon="wallet" title={t('wallet.empty')} text={t('wallet.empty_text')} />}
        filters={<>
          <h2 className={classes.heading}>{t('wallet.entries')}</h2>
          <Switch label={t('wallet.with_charges')} checked={list.filters.charges === 'true'} onChange={(change) => { list.setFilter('charges', change.currentTarget.checked ? 'true' : ''); }} />
        </>}
      />
      <Statements />
    </Page>
  );
}

function Redeem() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const form = useForm(
    { code: '' },
    ({ code }) => (code.trim() === '' ? { code: t('session.need') } : {}),
    async ({ code }, reset) => {
      const paid = await door.redeem({ code: code.trim() });
      reset();
      toastDone(t('wallet.redeemed', { amount: formats.money(paid.amount_usd), balance: formats.money(paid.balance_usd) }));
      await client.invalidateQueries({ predicate: ({ queryKey: [name] }) => name === 'wallet' || name === 'wallet-entries' });
    },
  );
  return (
    <Section title={t('wallet.redeem')} lead={t('wallet.redeem_text')}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack gap="sm">
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <Group align="flex-start" gap="sm">
            <TextInput {...form.field('code')} aria-label={t('wallet.code')} placeholder="AIO-XXXXX-XXXXX-XXXXX-XXXXX" autoComplete="off" spellCheck={false} maxLength={64} className={classes.code ?? ''} />
            <Button type="submit" loading={form.busy}>{t('wallet.redeem_act')}</Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function Statements() {
  const { t, language } = useWords();
  const [now] = useState(() => Date.now());
  const months = monthsUntil(now, language);
  const [month, setMonth] = useState(months[0]?.value ?? '');
  return (
    <Section title={t('wallet.statements')} lead={t('wallet.statements_text')}>
      <Group gap="sm">
        <Select aria-label={t('wallet.month')} w={190} data={months} value={month} onChange={(value) => { setMonth(value ?? month); }} allowDeselect={false} />
        <Button component="a" variant="default" href={door.statement(month)} download leftSection={<Icon name="download" size={16} />}>{t('wallet.download')}</Button>
      </Group>
    </Section>
  );
}

import { Button, Group, Modal, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useIntent } from '@/kit/api/intent';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { useEntryColumns } from '@/rooms/wallet/Entries';
import { accounts as door, type AccountKind } from './calls';
import classes from './users.module.css';

/** An account as operators see it: what it holds, what moved lately, and money to put in. */
export function Purse({ kind, owner, title }: { kind: AccountKind; owner: number; title: string }) {
  const { t } = useWords();
  const formats = useFormats();
  const account = useQuery({ queryKey: ['account', kind, owner], queryFn: () => door.read(kind, owner) });
  const entries = useQuery({ queryKey: ['account', kind, owner, 'entries'], queryFn: () => door.entries(kind, owner, { limit: 8 }) });
  const columns = useEntryColumns(true);
  const [paying, setPaying] = useState(false);
  const failed = account.isError ? account : entries;
  return (
    <Section title={title} actions={<Button leftSection={<Icon name="plus" size={16} />} onClick={() => { setPaying(true); }}>{t('users.pay')}</Button>}>
      {failed.isError && <Trouble failure={failed.error} retry={() => { void account.refetch(); void entries.refetch(); }} />}
      {account.data !== undefined && <p className={classes.figure} data-below={account.data.balance_usd < 0 || undefined}>{formats.money(account.data.balance_usd)}</p>}
      {entries.isPending && !failed.isError && <Loading rows={3} />}
      {entries.data?.items.length === 0 && <Text c="dimmed" size="sm">{t('users.no_entries')}</Text>}
      {entries.data !== undefined && entries.data.items.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.entries} aria-label={t('wallet.entries')}>
            <thead><tr>{columns.map((column) => <th key={column.id} scope="col" data-figures={column.figures}>{column.title}</th>)}</tr></thead>
            <tbody>{entries.data.items.map((entry) => <tr key={entry.id}>{columns.map((column) => <td key={column.id} data-figures={column.figures}>{column.render(entry)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      )}
      <Modal opened={paying} onClose={() => { setPaying(false); }} title={<Text fw={650} size="lg" component="span">{t('users.pay')}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        <Pay kind={kind} owner={owner} onDone={() => { setPaying(false); }} />
      </Modal>
    </Section>
  );
}

function Pay({ kind, owner, onDone }: { kind: AccountKind; owner: number; onDone: () => void }) {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const intent = useIntent();
  const form = useForm(
    { deed: 'topUp', amount_usd: '' as number | '', reason: '' },
    ({ amount_usd, reason }) => ({ ...(amount_usd === '' ? { amount_usd: t('session.need') } : {}), ...(reason.trim() === '' ? { reason: t('session.need') } : {}) }),
    async ({ deed, amount_usd, reason }) => {
      const body = { amount_usd: Number(amount_usd), reason: reason.trim() };
      const moved = await door[deed as 'topUp' | 'adjust'](kind, owner, body, intent(JSON.stringify([deed, body])));
      await client.invalidateQueries({ queryKey: ['account', kind, owner] });
      toastDone(t('users.paid', { balance: formats.money(moved.balance_usd) }));
      onDone();
    },
  );
  const adjusting = form.values.deed === 'adjust';
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        <SegmentedControl aria-label={t('users.pay')} value={form.values.deed} onChange={(deed) => { form.set('deed', deed); }} data={[{ value: 'topUp', label: t('users.top_up') }, { value: 'adjust', label: t('users.adjust') }]} />
        <Text size="sm" c="dimmed">{t(adjusting ? 'users.adjust_text' : 'users.top_up_text')}</Text>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <NumberInput {...form.field('amount_usd')} label={t('users.amount')} allowNegative={adjusting} decimalScale={9} thousandSeparator hideControls prefix="$ " data-autofocus />
        <TextInput {...form.field('reason')} label={t('wallet.reason')} description={t('users.reason_hint')} maxLength={500} autoComplete="off" />
        <Group justify="flex-end"><Button type="submit" loading={form.busy}>{t(adjusting ? 'users.adjust' : 'users.top_up')}</Button></Group>
      </Stack>
    </form>
  );
}

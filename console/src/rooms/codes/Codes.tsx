import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { useIntent } from '@/kit/api/intent';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Pill, Trouble } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { codes as door } from './calls';
import { CodesMade } from './CodesMade';
import classes from './codes.module.css';

type Code = Shape<'CodeReply'>;

const tones = { open: 'good', redeemed: 'plain', revoked: 'bad', expired: 'warn' } as const;

/** Codes that people put into their wallets. */
export default function Codes() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const list = useList<Code>('codes', door.list, ['tag', 'batch'], '-id');
  const [tag, setTag] = useState(list.filters.tag ?? '');
  const search = useDebouncedCallback((text: string) => { list.setFilter('tag', text.trim()); }, 250);
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<Shape<'NewCodesReply'>>();
  const [doomed, setDoomed] = useState<{ code?: number; batch?: string; name: string }>();
  const fresh = () => client.invalidateQueries({ queryKey: ['codes'] });
  const columns: Column<Code>[] = [
    { id: 'code', title: t('codes.code'), main: true, render: (code) => <code>{code.masked}</code> },
    { id: 'amount', title: t('codes.amount'), figures: true, render: (code) => formats.money(code.amount_usd) },
    { id: 'state', title: t('codes.state'), render: (code) => <Pill tone={tones[code.state]}>{t(`codes.${code.state}`)}</Pill> },
    { id: 'tag', title: t('codes.tag'), render: (code) => code.tag ?? '' },
    { id: 'batch', title: t('codes.batch'), hiddenAtFirst: true, render: (code) => <code>{code.batch}</code> },
    { id: 'by', title: t('codes.redeemed_by'), render: (code) => (code.redeemed_by == null ? '' : `${code.redeemed_by}, ${formats.date(code.redeemed_at)}`) },
    { id: 'ends', title: t('codes.ends'), render: (code) => (code.expires_at == null ? t('states.never') : formats.date(code.expires_at)) },
    { id: 'created', title: t('codes.created'), render: (code) => <span title={`${formats.moment(code.created_at)}, ${code.created_by}`}>{formats.ago(code.created_at)}</span> },
  ];
  const create = <Button leftSection={<Icon name="plus" size={16} />} onClick={() => { setAsking(true); }}>{t('codes.create')}</Button>;
  return (
    <Page title={t('codes.title')} lead={t('codes.lead')} actions={create}>
      {made !== undefined && <CodesMade made={made} />}
      <DataTable
        label={t('codes.title')} name="codes" list={list} columns={columns} rowKey={(code) => code.id}
        empty={<Empty icon="ticket" title={t('codes.empty')} text={t('codes.empty_text')} action={create} />}
        filters={<TextInput className={classes.find ?? ''} aria-label={t('codes.find')} placeholder={t('codes.find')} leftSection={<Icon name="search" size={16} />} value={tag} onChange={(change) => { setTag(change.currentTarget.value); search(change.currentTarget.value); }} />}
        actions={(code) => code.state === 'open' && (
          <Group gap="xs" wrap="nowrap">
            <Button size="xs" variant="default" aria-label={`${t('acts.revoke')}: ${code.masked}`} onClick={() => { setDoomed({ code: code.id, name: code.masked }); }}>{t('acts.revoke')}</Button>
            <Button size="xs" variant="subtle" aria-label={`${t('codes.revoke_batch')}: ${code.masked}`} onClick={() => { setDoomed({ batch: code.batch, name: t('codes.whole_batch') }); }}>{t('codes.revoke_batch')}</Button>
          </Group>
        )}
      />
      <Modal opened={asking} onClose={() => { setAsking(false); }} title={<Text fw={650} size="lg" component="span">{t('codes.create')}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        <NewCodes onMade={(batch) => { setMade(batch); setAsking(false); void fresh(); }} />
      </Modal>
      <Confirm
        opened={doomed !== undefined} title={t('codes.revoke_title', { name: doomed?.name ?? '' })} text={t('codes.revoke_text')} act={t('acts.revoke')} onClose={() => { setDoomed(undefined); }}
        run={async () => {
          if (doomed !== undefined) {
            const { name: _name, ...which } = doomed;
            const { revoked } = await door.revoke(which);
            await fresh();
            toastDone(t('codes.revoked_done', { count: formats.count(revoked) as unknown as number }));
          }
        }}
      />
    </Page>
  );
}

function NewCodes({ onMade }: { onMade: (made: Shape<'NewCodesReply'>) => void }) {
  const { t } = useWords();
  const intent = useIntent();
  const today = new Date().toISOString().slice(0, 10);
  const form = useForm(
    { count: 10 as number | '', amount_usd: '' as number | '', tag: '', expires_at: '', reason: '' },
    (values) => ({
      ...(values.count === '' ? { count: t('session.need') } : {}), ...(values.amount_usd === '' ? { amount_usd: t('session.need') } : {}), ...(values.reason.trim() === '' ? { reason: t('session.need') } : {}),
      ...(values.expires_at !== '' && values.expires_at < today ? { expires_at: t('keys.not_past') } : {}),
    }),
    async (values) => {
      const body = {
        count: Number(values.count), amount_usd: Number(values.amount_usd), reason: values.reason.trim(),
        ...(values.tag.trim() === '' ? {} : { tag: values.tag.trim() }), ...(values.expires_at === '' ? {} : { expires_at: `${values.expires_at}T23:59:59Z` }),
      };
      onMade(await door.add(body, intent(JSON.stringify(body))));
    },
  );
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <Group grow align="flex-start">
          <NumberInput {...form.field('count')} label={t('codes.count')} min={1} max={1000} allowDecimal={false} allowNegative={false} hideControls data-autofocus />
          <NumberInput {...form.field('amount_usd')} label={t('codes.each')} allowNegative={false} decimalScale={9} thousandSeparator hideControls prefix="$ " />
        </Group>
        <TextInput {...form.field('reason')} label={t('wallet.reason')} description={t('codes.reason_hint')} maxLength={500} autoComplete="off" />
        <Group grow align="flex-start">
          <TextInput {...form.field('tag')} label={`${t('codes.tag')} (${t('acts.optional')})`} maxLength={64} autoComplete="off" />
          <TextInput {...form.field('expires_at')} label={`${t('codes.ends')} (${t('acts.optional')})`} type="date" />
        </Group>
        <Group justify="flex-end"><Button type="submit" loading={form.busy}>{t('acts.create')}</Button></Group>
      </Stack>
    </form>
  );
}

import { Button, Select, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Empty, Pill, useProblemText } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone, toastFailed } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { deliveries as door, type Delivery } from './calls';
import { useKindName } from './kinds';
import classes from './alerts.module.css';

const tones = { waiting: 'warn', delivered: 'good', failed: 'bad' } as const;

export function Deliveries() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const text = useProblemText();
  const kindName = useKindName();
  const list = useList<Delivery>('alert-deliveries', door.list, ['state'], '-created_at');
  const retry = async (delivery: Delivery) => {
    try {
      await door.retry(delivery.id);
      await client.invalidateQueries({ queryKey: ['alert-deliveries'] });
      toastDone(t('alerts.retried'));
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const columns: Column<Delivery>[] = [
    { id: 'what', title: t('alerts.what'), main: true, render: (one) => <div><Text fw={560} component="span">{kindName(one.kind)}</Text><Text size="xs" c="dimmed">{t(one.event === 'closed' ? 'alerts.event_closed' : 'alerts.event_opened')} · {one.target_name}</Text></div> },
    { id: 'state', title: t('alerts.state'), render: (one) => <Pill tone={tones[one.state]}>{t(`alerts.${one.state}`)}</Pill> },
    { id: 'attempts', title: t('alerts.attempts'), figures: true, render: (one) => String(one.attempts) },
    { id: 'answer', title: t('alerts.answer'), render: (one) => <Text size="sm" c="dimmed" className={classes.answer} title={one.answer ?? undefined} component="span">{one.answer ?? (one.next_at == null ? '–' : t('alerts.next_try', { when: formats.moment(one.next_at) }))}</Text> },
    { id: 'message', title: 'webhook-id', hiddenAtFirst: true, render: (one) => <Text size="xs" ff="monospace" component="span">{one.message_id}</Text> },
    { id: 'when', title: t('alerts.when'), figures: true, render: (one) => <time dateTime={one.created_at} title={formats.moment(one.created_at)}>{formats.ago(one.created_at)}</time> },
  ];
  return (
    <DataTable
      label={t('alerts.deliveries')} name="alert-deliveries" list={list} columns={columns} rowKey={(one) => one.id}
      empty={<Empty icon="send" title={t('alerts.no_deliveries')} text={t('alerts.no_deliveries_text')} />}
      filters={<Select aria-label={t('alerts.state')} w={160} value={list.filters.state ?? ''} onChange={(value) => { list.setFilter('state', value ?? ''); }} data={[{ value: '', label: t('alerts.any_state') }, ...(['waiting', 'delivered', 'failed'] as const).map((state) => ({ value: state, label: t(`alerts.${state}`) }))]} allowDeselect={false} />}
      actions={(one) => (one.state === 'failed' ? <Button size="xs" variant="default" onClick={() => { void retry(one); }}>{t('alerts.retry')}</Button> : null)}
    />
  );
}

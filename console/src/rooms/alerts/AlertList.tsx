import { Button, Select, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Icon } from '@/kit/Icon';
import { Empty, Pill, useProblemText } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone, toastFailed } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { alerts as door, targets, type Alert } from './calls';
import { Kinds, useKindName } from './kinds';
import classes from './alerts.module.css';

const grave = ['channel_failing', 'quota_used_up', 'price_missing'];

export function AlertList({ past }: { past: boolean }) {
  const { t, language } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const text = useProblemText();
  const kindName = useKindName();
  const list = useList<Alert>(past ? 'alerts-past' : 'alerts-now', (query) => door.list({ ...query, locale: language, ...(past ? {} : { state: 'open' }) }), past ? ['kind', 'state'] : ['kind'], '-opened_at');
  const known = useQuery({ queryKey: ['alert-targets', 'any'], queryFn: () => targets.list({ limit: 1 }) });
  const fresh = () => Promise.all(['alerts-now', 'alerts-past'].map((name) => client.invalidateQueries({ queryKey: [name] })));
  const run = async (work: () => Promise<string>) => {
    try {
      const done = await work();
      await fresh();
      toastDone(done);
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const columns: Column<Alert>[] = [
    {
      id: 'what', title: t('alerts.what'), main: true, render: (alert) => (
        <div className={classes.what}>
          <Text fw={560} component="span">{alert.title}</Text>
          <Text size="sm" c="dimmed">{alert.text}</Text>
        </div>
      ),
    },
    { id: 'kind', title: t('alerts.kind'), render: (alert) => <Pill tone={alert.state === 'past' ? 'plain' : grave.includes(alert.kind) ? 'bad' : 'warn'}>{kindName(alert.kind)}</Pill> },
    ...(past ? [{ id: 'state', title: t('alerts.state'), render: (alert: Alert) => <Pill tone={alert.state === 'past' ? 'good' : 'plain'}>{t(`alerts.state_${alert.state}`)}</Pill> }] : []),
    { id: 'since', title: t('alerts.since'), figures: true, render: (alert) => <time dateTime={alert.opened_at} title={formats.moment(alert.opened_at)}>{formats.ago(alert.opened_at)}</time> },
    ...(past ? [
      { id: 'ended', title: t('alerts.ended'), figures: true, render: (alert: Alert) => (alert.ended_at == null ? '–' : <time dateTime={alert.ended_at} title={formats.moment(alert.ended_at)}>{formats.ago(alert.ended_at)}</time>) },
      { id: 'known', title: t('alerts.known_by'), hiddenAtFirst: true, render: (alert: Alert) => alert.acknowledged_by ?? '–' },
    ] : []),
  ];
  return (
    <Stack gap="md">
      {known.data?.items.length === 0 && (
        <div className={`kit-card ${classes.hint ?? ''}`}>
          <Icon name="send" />
          <div><Text fw={560}>{t('alerts.no_target')}</Text><Text size="sm" c="dimmed">{t('alerts.no_target_text')}</Text></div>
          <Button component={Link} to="/alerts/targets?new=1" variant="default" size="sm">{t('alerts.add_target')}</Button>
        </div>
      )}
      <DataTable
        label={t(past ? 'alerts.past' : 'alerts.now')} name={past ? 'alerts-past' : 'alerts'} list={list} columns={columns} rowKey={(alert) => alert.id}
        empty={past ? <Empty icon="history" title={t('alerts.none_past')} text={t('alerts.none_past_text')} /> : <Empty icon="check" title={t('alerts.quiet')} text={t('alerts.quiet_text')} />}
        filters={<>
          <Select aria-label={t('alerts.kind')} w={190} value={list.filters.kind ?? ''} onChange={(value) => { list.setFilter('kind', value ?? ''); }} data={[{ value: '', label: t('alerts.any_kind') }, ...Kinds.map((kind) => ({ value: kind, label: kindName(kind) }))]} allowDeselect={false} />
          {past && <Select aria-label={t('alerts.state')} w={160} value={list.filters.state ?? ''} onChange={(value) => { list.setFilter('state', value ?? ''); }} data={[{ value: '', label: t('alerts.any_state') }, ...(['open', 'acknowledged', 'past'] as const).map((state) => ({ value: state, label: t(`alerts.state_${state}`) }))]} allowDeselect={false} />}
          {!past && list.rows.length > 1 && <Button variant="default" size="sm" onClick={() => { void run(async () => t('alerts.acknowledged_count', { count: (await door.knowAll()).acknowledged })); }}>{t('alerts.acknowledge_all')}</Button>}
        </>}
        {...(past ? {} : { actions: (alert: Alert) => <Button size="xs" variant="default" aria-label={`${t('alerts.acknowledge')}: ${alert.title}`} onClick={() => { void run(async () => { await door.know(alert.id); return t('alerts.acknowledged'); }); }}>{t('alerts.acknowledge')}</Button> })}
      />
    </Stack>
  );
}

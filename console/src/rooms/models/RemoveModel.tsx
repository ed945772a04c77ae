import { useQuery } from '@tanstack/react-query';
import { Confirm } from '@/kit/Confirm';
import { Loading, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { models as door, type Model, type ModelUse } from './calls';
import classes from './models.module.css';

/** Asks before a model goes, and says who would lose it. */
export function RemoveModel({ model, etag, onClose, onDone }: { model: Model; etag: string; onClose: () => void; onDone: () => Promise<void> }) {
  const { t } = useWords();
  const use = useQuery({ queryKey: ['catalog-model', model.id, 'use'], queryFn: () => door.use(model.id), staleTime: 0, gcTime: 0 });
  return (
    <Confirm
      opened title={t('models.remove_title', { name: model.id })} act={t('acts.remove')} onClose={onClose}
      text={<span className={classes.lost}>
        <span>{t(model.origin === 'own' ? 'models.remove_own' : 'models.remove_builtin')}</span>
        {use.isError && <Trouble failure={use.error} retry={() => { void use.refetch(); }} />}
        {use.isPending && <Loading rows={3} />}
        {use.data !== undefined && <Lost use={use.data} />}
      </span>}
      run={async () => { await door.drop(model.id, etag); await onDone(); }}
    />
  );
}

function Lost({ use }: { use: ModelUse }) {
  const { t } = useWords();
  const alone = use.named_by_keys.filter((key) => key.alone);
  const some = (names: readonly string[]) => (names.length > 6 ? `${names.slice(0, 6).join(', ')} … (${String(names.length)})` : names.join(', '));
  const lines = [
    ...(use.served_by.length > 0 ? [t('models.lost_served', { names: some(use.served_by) })] : []),
    ...(use.channels.length > 0 ? [t('models.lost_channels', { names: some(use.channels) })] : []),
    ...(use.groups.length > 0 ? [t('models.lost_groups', { names: some(use.groups) })] : []),
    ...(use.keys > 0 ? [t('models.lost_keys', { count: use.keys, names: some(use.named_by_keys.map((key) => `${key.name} (${key.owner})`)) })] : []),
    ...(alone.length > 0 ? [t('models.lost_alone', { names: some(alone.map((key) => key.name)) })] : []),
    ...(use.prices > 0 ? [t('models.lost_prices', { count: use.prices })] : []),
    ...(use.price_groups.length > 0 ? [t('models.lost_group_prices', { names: some(use.price_groups) })] : []),
    ...(use.auto_rules > 0 ? [t('models.lost_auto', { count: use.auto_rules })] : []),
  ];
  return lines.length === 0 ? <span>{t('models.lost_nothing')}</span> : <ul aria-label={t('models.lost')} className={classes.lines}>{lines.map((line) => <li key={line}>{line}</li>)}</ul>;
}

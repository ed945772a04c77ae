import { useQuery } from '@tanstack/react-query';
import { useWords } from '@/kit/words';
import { groups as door } from './calls';
import classes from './groups.module.css';

export const useUse = (name: string) => useQuery({ queryKey: ['group-use', name], queryFn: () => door.use(name), staleTime: 0 });

/** Before a change is saved: whom it concerns. */
export function Told({ name, stops }: { name: string; stops: boolean }) {
  const { t } = useWords();
  const use = useUse(name).data;
  if (use === undefined) {
    return null;
  }

  return (
    <div className={classes.told} data-warn={(stops && use.alone > 0) || undefined} role="status">
      <b>{use.keys === 0 ? t('groups.nobody') : t('groups.carried', { keys: use.keys, users: use.users })}</b>
      {stops && use.keys > 0 && <span>{use.alone === 0 ? t('groups.others_take_over') : t('groups.alone_stop', { count: use.alone })}</span>}
    </div>
  );
}

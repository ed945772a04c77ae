import { toastDone } from '@/kit/toast';
import { Confirm } from '@/kit/Confirm';
import { useWords } from '@/kit/words';
import { channels as door } from './calls';

/** Asks before a channel goes, and says which groups lose it. */
export function RemoveChannel({ id, name, groups, onClose, onGone }: { id: number; name: string; groups: readonly string[]; onClose: () => void; onGone: () => void }) {
  const { t } = useWords();
  return (
    <Confirm
      opened title={t('channels.remove_title', { name })} act={t('acts.remove')} onClose={onClose}
      text={groups.length === 0 ? t('channels.remove_text') : t('channels.remove_used', { groups: groups.join(', ') })}
      run={async () => {
        const { etag } = await door.read(id);
        await door.drop(id, etag ?? '*', groups.length > 0);
        toastDone(t('channels.removed', { name }));
        onGone();
      }}
    />
  );
}

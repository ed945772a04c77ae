import { Button, Group, Text } from '@mantine/core';
import { Problem } from '@/kit/api/problem';
import { Caution, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';

/** The end of every form that changes what was read: what went wrong, who was faster, and the button. */
export function FormEnd({ failure, busy, reload, act }: { failure: unknown; busy: boolean; reload: () => void; act?: string }) {
  const { t } = useWords();
  const changed = failure instanceof Problem && failure.status === 412;
  return (
    <>
      {changed && <Caution title={t('trouble.changed')}><Text size="sm">{t('trouble.changed_text')}</Text><Button size="xs" variant="default" onClick={reload}>{t('trouble.load_present')}</Button></Caution>}
      {failure !== undefined && !changed && <Trouble failure={failure} />}
      <Group><Button type="submit" loading={busy}>{act ?? t('acts.save')}</Button></Group>
    </>
  );
}

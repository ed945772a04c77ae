import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Loading, Pill, Trouble, useProblemText } from '@/kit/States';
import { toastDone, toastFailed } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { userKeys as door } from './calls';
import classes from './users.module.css';

type Key = Shape<'UserKeyItem'>;

/** A user's API keys: operators stop and end them; everything else is their owner's. */
export function UserKeys({ user }: { user: number }) {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const text = useProblemText();
  const keys = useQuery({ queryKey: ['user-keys', user], queryFn: () => door.list(user) });
  const [doomed, setDoomed] = useState<Key>();
  const fresh = () => client.invalidateQueries({ queryKey: ['user-keys', user] });
  const flip = async (key: Key) => {
    try {
      await door.flip(key.id, !key.enabled);
      await fresh();
      toastDone(t(key.enabled ? 'keys.paused_done' : 'keys.resumed_done', { name: key.name }));
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  return (
    <Section title={t('keys.title')} lead={t('users.keys_text')}>
      {keys.isPending && <Loading rows={2} />}
      {keys.isError && <Trouble failure={keys.error} retry={() => { void keys.refetch(); }} />}
      {keys.data?.items.length === 0 && <Text c="dimmed" size="sm">{t('users.no_keys')}</Text>}
      <ul className={classes.rows}>
        {keys.data?.items.map((key) => (
          <li key={key.id} className={classes.row}>
            <Icon name="key" />
            <span className={classes.text}>{key.name}<Text size="xs" c="dimmed">{[`…${key.last_four}`, key.groups.join(' → '), t('settings.added', { when: formats.ago(key.created_at) })].join(' · ')}</Text></span>
            {!key.enabled && <Pill tone="warn">{t('keys.paused')}</Pill>}
            <Group gap="xs" wrap="nowrap">
              <Button size="xs" variant="default" aria-label={`${t(key.enabled ? 'keys.pause' : 'keys.resume')}: ${key.name}`} onClick={() => { void flip(key); }}>{t(key.enabled ? 'keys.pause' : 'keys.resume')}</Button>
              <Button size="xs" variant="default" aria-label={`${t('acts.revoke')}: ${key.name}`} onClick={() => { setDoomed(key); }}>{t('acts.revoke')}</Button>
            </Group>
          </li>
        ))}
      </ul>
      <Confirm
        opened={doomed !== undefined} title={t('keys.revoke_title', { name: doomed?.name ?? '' })} text={t('keys.revoke_text')} act={t('acts.revoke')} onClose={() => { setDoomed(undefined); }}
        run={async () => { if (doomed !== undefined) { await door.drop(doomed.id); await fresh(); toastDone(t('keys.revoked', { name: doomed.name })); } }}
      />
    </Section>
  );
}

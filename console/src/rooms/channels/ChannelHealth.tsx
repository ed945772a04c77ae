import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { Changes, HoldLine, Standing } from '@/rooms/health/Standing';
import { channels as door } from './calls';
import type { PartProps } from './ChannelPage';
import classes from './channels.module.css';

/** What rests, since when and why; and having it forgotten. */
export function ChannelHealth({ read }: PartProps) {
  const { t } = useWords();
  const client = useQueryClient();
  const { id, name } = read.value;
  const health = useQuery({ queryKey: ['channel-health', id], queryFn: () => door.health(id), refetchInterval: 5_000 });
  const reset = useMutation({
    mutationFn: (credential?: string) => door.reset(id, credential),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['channel-health', id] });
      toastDone(t('channels.reset_done', { name }));
    },
  });
  if (health.data === undefined) {
    return health.isError ? <Trouble failure={health.error} retry={() => { void health.refetch(); }} /> : <Loading rows={5} />;
  }

  const { state, credentials, changes } = health.data;
  const held = credentials.some((credential) => credential.holds.length > 0);
  return (
    <div className={classes.stack}>
      <Section title={t('channels.part_health')} lead={<Standing state={state} />} actions={<Button variant="default" disabled={!held} loading={reset.isPending} leftSection={<Icon name="turn" size={16} />} onClick={() => { reset.mutate(undefined); }}>{t('channels.reset')}</Button>}>
        {reset.isError && <Trouble failure={reset.error} />}
        {credentials.length === 0 ? <Text size="sm" c="dimmed">{t('health.no_credentials')}</Text> : (
          <ul className={classes.rows}>
            {credentials.map((credential) => (
              <li key={credential.id} className={classes.row}>
                <div className={classes.rowText}><Text fw={560}>{credential.name}</Text></div>
                <Standing state={credential.state} quiet />
                {credential.holds.length > 0 && <div className={classes.stack} style={{ flexBasis: '100%' }}>{credential.holds.map((hold) => <HoldLine key={`${hold.scope}-${hold.subject}-${hold.node}`} hold={hold} />)}</div>}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t('health.changes')}><Changes items={changes} named={false} /></Section>
    </div>
  );
}

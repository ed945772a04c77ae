import { Button, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Loading, Pill, Trouble, useProblemText } from '@/kit/States';
import { toastDone, toastFailed } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { sessions as door } from './calls';
import { deviceOf } from './devices';
import classes from './settings.module.css';

export function SignIns() {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const text = useProblemText();
  const known = useQuery({ queryKey: ['sessions'], queryFn: door.list });
  const [asking, setAsking] = useState(false);
  const fresh = () => client.invalidateQueries({ queryKey: ['sessions'] });
  const end = async (id: number) => {
    try {
      await door.drop(id);
      await fresh();
      toastDone(t('settings.ended'));
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const items = known.data?.items ?? [];
  return (
    <Section title={t('settings.sessions')} lead={t('settings.sessions_lead')} actions={items.length > 1 && <Button variant="default" onClick={() => { setAsking(true); }}>{t('settings.end_others')}</Button>}>
      {known.isPending && <Loading rows={3} />}
      {known.isError && <Trouble failure={known.error} retry={() => { void known.refetch(); }} />}
      <ul className={classes.rows}>
        {items.map((one) => (
          <li key={one.id} className={classes.row}>
            <Icon name="devices" />
            <span className={classes.text}>
              {deviceOf(one.user_agent) ?? t('settings.unknown_device')}
              <Text size="xs" c="dimmed">{[one.address, t('settings.seen', { when: formats.ago(one.last_seen_at ?? one.created_at) })].filter(Boolean).join(' · ')}</Text>
            </span>
            {one.current ? <Pill tone="good">{t('settings.this_one')}</Pill> : <Button size="xs" variant="default" onClick={() => { void end(one.id); }}>{t('settings.end')}</Button>}
          </li>
        ))}
      </ul>
      <Confirm
        opened={asking} title={t('settings.end_others')} text={t('settings.end_others_text')} act={t('settings.end_others')} onClose={() => { setAsking(false); }}
        run={async () => { await door.dropOthers(); await fresh(); toastDone(t('settings.others_ended')); }}
      />
    </Section>
  );
}

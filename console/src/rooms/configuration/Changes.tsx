import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { Pill } from '@/kit/States';
import { useWords } from '@/kit/words';
import type { Change } from './calls';
import classes from './configuration.module.css';

const first = 40;
const tone = { added: 'good', changed: 'warn', removed: 'bad' } as const;

/** What becomes of each thing: its members before and after. */
export function Changes({ changes, label }: { changes: readonly Change[]; label: string }) {
  const { t } = useWords();
  const [shown, setShown] = useState(first);
  return (
    <>
      <ul className={classes.list} aria-label={label}>
        {changes.slice(0, shown).map((change, at) => <Item key={`${change.what} ${String(at)}`} change={change} />)}
      </ul>
      {changes.length > shown && <Group><Button variant="default" size="sm" onClick={() => { setShown(shown + 100); }}>{t('acts.more')}</Button></Group>}
    </>
  );
}

function Item({ change }: { change: Change }) {
  const { t } = useWords();
  const [kind, ...name] = change.what.split(' ');
  return (
    <li>
      <div className={classes.head}>
        <Text size="sm" fw={560}><Text component="span" c="dimmed" size="sm">{kind}</Text> {name.join(' ')}</Text>
        <Pill tone={tone[change.sort]}>{t(`configuration.sort_${change.sort}`)}</Pill>
      </div>
      {change.members.length > 0 && (
        <dl className={classes.members}>
          {change.members.map((member, at) => (
            <div key={at}>
              {member.field == null ? <dd data-line>{member.line}</dd> : (
                <>
                  <dt>{member.field}</dt>
                  <dd>
                    {change.sort !== 'added' && <del>{member.before ?? t('configuration.none')}</del>}
                    {change.sort !== 'added' && <span aria-hidden="true">→</span>}
                    <ins>{member.after ?? t('configuration.none')}</ins>
                  </dd>
                </>
              )}
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

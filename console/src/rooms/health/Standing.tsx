import { Text } from '@mantine/core';
import { useFormats, useWords } from '@/kit/words';
import type { Condition, CredentialCondition, HealthChange, Hold } from './calls';
import classes from './health.module.css';

/** How a channel or a credential stands: a dot for eyes, a word for everybody. */
export function Standing({ state, quiet = false }: { state: Condition | CredentialCondition; quiet?: boolean }) {
  const { t } = useWords();
  return <span className={classes.standing} data-state={state} data-quiet={quiet || undefined}><span className={classes.dot} aria-hidden="true" />{t(`health.${state}`)}</span>;
}

/** What one rest is about: all models, a family, or one. */
export function HoldLine({ hold, node = false }: { hold: Hold; node?: boolean }) {
  const { t } = useWords();
  const formats = useFormats();
  const what = hold.scope === 'credential' ? t('health.all_models') : hold.subject;
  const until = hold.until == null ? null : hold.phase === 'half_open' ? t('health.waits') : t('health.until', { when: formats.moment(hold.until) });
  return (
    <div className={classes.hold}>
      <span><b>{what}</b> {t(`health.failures.${hold.failure}`)}{hold.failures > 1 && <span className="figures"> ×{hold.failures}</span>}</span>
      <Text size="xs" c="dimmed" component="span">{[until, formats.ago(hold.last), node ? hold.node : null].filter((part) => part !== null).join(' · ')}</Text>
      {hold.reason != null && hold.reason !== '' && <Text size="xs" c="dimmed" component="span" className={classes.reason}>{hold.reason}</Text>}
    </div>
  );
}

/** The newest changes of health, one line each. */
export function Changes({ items, named = true }: { items: HealthChange[]; named?: boolean }) {
  const { t } = useWords();
  const formats = useFormats();
  if (items.length === 0) {
    return <Text size="sm" c="dimmed">{t('health.no_changes')}</Text>;
  }

  return (
    <ol className={classes.changes}>
      {items.map((change, at) => (
        <li key={`${change.at}-${String(at)}`}>
          <time dateTime={change.at} title={formats.moment(change.at)}>{formats.ago(change.at)}</time>
          <span className={classes.changeText}>
            <b>{named ? `${change.channel}/${change.credential}` : change.credential}</b>
            {change.subject !== '' && <> {change.subject}</>}
            <span className={classes.phase} data-to={change.to}>{t(`health.phases.${change.to}`)}</span>
            <Text size="xs" c="dimmed" component="span" className={classes.reason}>{change.reason}</Text>
          </span>
        </li>
      ))}
    </ol>
  );
}

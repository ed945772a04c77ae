import { Text } from '@mantine/core';
import { useFormats, useWords } from '@/kit/words';
import type { CallStory } from './calls';
import { stretchesOf, ticksOf, type Stretch } from './timeline';
import classes from './story.module.css';

/** Where a call's time went: a bar for each part, drawn to scale, each told in words beside it. */
export function Timeline({ call }: { call: CallStory }) {
  const { t } = useWords();
  const formats = useFormats();
  const end = Math.max(call.timing.total_ms, 0.001);
  const stretches = stretchesOf(call);
  const place = (ms: number) => `${String((ms / end) * 100)}%`;
  const attemptOf = ({ attempt }: Stretch) => (attempt === undefined ? undefined : call.attempts[attempt - 1]);
  const title = (stretch: Stretch) => {
    const attempt = attemptOf(stretch);
    return attempt === undefined ? t(`log.parts.${stretch.kind}`) : t('log.attempt', { number: stretch.attempt ?? 0, where: attempt.channel == null ? attempt.group : `${attempt.group} › ${attempt.channel}` });
  };
  const note = (stretch: Stretch) => {
    const attempt = attemptOf(stretch);
    if (attempt === undefined) {
      return undefined;
    }

    const said = [attempt.result === 'ok' ? t('log.headers') : attempt.result, attempt.status == null ? undefined : `HTTP ${String(attempt.status)}`, attempt.credential == null || attempt.credential === '' ? undefined : t('log.credential', { name: attempt.credential }),
      attempt.cost_usd == null ? undefined : t('log.in_vain', { usd: formats.money(attempt.cost_usd) })];
    return said.filter((part) => part !== undefined).join(' · ');
  };
  if (stretches.length === 0) {
    return <Text c="dimmed" size="sm">{t('log.no_parts')}</Text>;
  }

  return (
    <div className={classes.timeline}>
      <ol className={classes.parts}>
        {stretches.map((stretch) => (
          <li key={`${stretch.kind} ${String(stretch.attempt ?? 0)}`} className={classes.part}>
            <div className={classes.partName}>
              <span data-kind={stretch.kind} className={classes.partTitle}>{title(stretch)}</span>
              {note(stretch) !== undefined && <span className={classes.partNote}>{note(stretch)}</span>}
              {attemptOf(stretch)?.detail != null && <span className={classes.partNote}>{attemptOf(stretch)?.detail}</span>}
            </div>
            <div className={classes.track} aria-hidden="true">
              <span className={classes.bar} data-kind={stretch.kind} style={{ left: place(stretch.from), width: `max(3px, ${place(stretch.to - stretch.from)})` }} />
            </div>
            <span className={`${classes.partTime} figures`}>{stretch.kind === 'passed' ? '–' : formats.duration(stretch.to - stretch.from)}<span className="kit-unseen">{t('log.from_to', { from: formats.duration(stretch.from), to: formats.duration(stretch.to) })}</span></span>
          </li>
        ))}
      </ol>
      <div className={classes.axis} aria-hidden="true">
        <div className={classes.ticks}>{ticksOf(end).map((tick) => <span key={tick} style={{ left: place(tick) }}>{formats.duration(tick)}</span>)}</div>
      </div>
    </div>
  );
}

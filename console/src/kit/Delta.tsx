import { useFormats, useWords } from './words';
import classes from './stat.module.css';

interface DeltaProps {
  now: number | null | undefined;
  before: number | null | undefined;
  /** Whether more is good news, bad news, or neither. */
  more?: 'good' | 'bad' | 'plain';
}

/** How much more or less than in the period before. Says nothing where there was nothing to compare with. */
export function Delta({ now, before, more = 'plain' }: DeltaProps) {
  const { t } = useWords();
  const formats = useFormats();
  if (now == null || before == null || before === 0) {
    return null;
  }

  const change = (now - before) / Math.abs(before);
  if (Math.abs(change) < 0.005) {
    return <span className={classes.delta}>{t('states.same')}</span>;
  }

  const tone = more === 'plain' ? undefined : (change > 0) === (more === 'good') ? 'good' : 'bad';
  const share = Math.abs(change) >= 9.995 ? t('states.times', { factor: formats.count(now / before) }) : formats.share(Math.abs(change));
  return (
    <span className={classes.delta} data-tone={tone} title={t('states.than_before')}>
      <span aria-hidden="true">{change > 0 ? '↑' : '↓'} {share}</span>
      <span className="kit-unseen">{t(change > 0 ? 'log.more_by' : 'log.less_by', { share })}</span>
    </span>
  );
}

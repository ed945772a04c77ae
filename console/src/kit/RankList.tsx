import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Delta } from './Delta';
import { useFormats, useWords } from './words';
import classes from './stat.module.css';

export interface Ranked {
  key: string;
  name: ReactNode;
  /** Where it leads. */
  to?: string;
  /** What it is ranked by. */
  value: number;
  before?: number | null | undefined;
  note?: ReactNode;
}

interface RankListProps {
  label: string;
  rows: readonly Ranked[];
  format: (value: number) => string;
  /** All that is not listed, in one. */
  others?: { count: number; value: number };
}

/** Names by what they came to, each with its share of the whole behind it. A list, so that ears get what eyes get. */
export function RankList({ label, rows, format, others }: RankListProps) {
  const { t } = useWords();
  const formats = useFormats();
  const all = rows.reduce((sum, row) => sum + row.value, others?.value ?? 0);
  const share = (value: number) => (all <= 0 ? 0 : value / all);
  return (
    <ol className={classes.ranks} aria-label={label}>
      {rows.map((row) => (
        <li key={row.key} className={classes.rank}>
          <span className={classes.share} style={{ width: `${String(share(row.value) * 100)}%` }} aria-hidden="true" />
          <span className={classes.rankName}>{row.to === undefined ? row.name : <Link to={row.to}>{row.name}</Link>}</span>
          <span className={classes.rankValue}>{format(row.value)}</span>
          <span className={classes.rankNote}>{row.note}</span>
          <span className={classes.rankNote}><Delta now={row.value} before={row.before} />{' '}{formats.share(share(row.value))}</span>
        </li>
      ))}
      {others !== undefined && others.count > 0 && (
        <li className={classes.rank}>
          <span className={classes.rankName} data-dim>{t('states.others', { count: others.count })}</span>
          <span className={classes.rankValue}>{format(others.value)}</span>
        </li>
      )}
    </ol>
  );
}

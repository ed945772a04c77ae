import { Text } from '@mantine/core';
import { useFormats, useWords } from '@/kit/words';
import type { Preview, SyncPlan } from './calls';
import classes from './prices.module.css';

type Move = Preview['moves'][number];
type Change = SyncPlan['changes'][number]['rates'][number];

/** What a change of prices moves: the model's own first, groups that pay the same told together. */
export function Moves({ moves }: { moves: readonly Move[] }) {
  const { t } = useWords();
  const formats = useFormats();
  if (moves.length === 0) {
    return <Text size="sm" c="dimmed">{t('prices.nothing_moves')}</Text>;
  }

  // Groups that follow the model's price move as it does: one table, and their names.
  const alike = new Map<string, { move: Move; groups: Move[] }>();
  for (const move of moves) {
    const key = JSON.stringify([move.at ?? null, move.currency, move.rates]);
    const known = alike.get(key) ?? { move, groups: [] };
    alike.set(key, { move: known.move, groups: move.group == null ? known.groups : [...known.groups, move] });
  }

  return (
    <div className={classes.moves}>
      {[...alike.values()].map(({ move, groups }, at) => (
        <div key={at} className={classes.move}>
          <div className={classes.rowHead}>
            <Text fw={600} size="sm">{move.at == null ? t('prices.at_once') : t('prices.from_day', { day: formats.date(move.at) })}</Text>
            <Text size="xs" c="dimmed">{move.group == null ? t('prices.list_price') : t('prices.group_price')}</Text>
          </div>
          <Changes rates={move.rates} currency={move.currency} />
          {groups.length > 0 && <Text size="xs" c="dimmed" className={classes.who}>{t('prices.groups_move', { count: groups.length })} {groups.map((group) => `${group.group ?? ''} × ${String(group.multiplier)}`).join(', ')}</Text>}
        </div>
      ))}
    </div>
  );
}

/** Amounts before and after, and by how much. */
export function Changes({ rates, currency }: { rates: readonly Change[]; currency: string }) {
  const { t } = useWords();
  const formats = useFormats();
  const amount = (value: number | null | undefined) => (value == null ? '–' : currency === 'USD' ? formats.money(value) : `${String(value)} ${currency}`);
  return (
    <table className={classes.changes}>
      <thead className="kit-unseen"><tr><th scope="col">{t('prices.amount')}</th><th scope="col">{t('prices.old')}</th><th scope="col">{t('prices.new')}</th><th scope="col">%</th></tr></thead>
      <tbody>
        {rates.map((rate) => (
          <tr key={rate.name}>
            <th scope="row"><code>{rate.name}</code></th>
            <td className="figures" data-old>{amount(rate.old)}</td>
            <td className="figures" data-new>{amount(rate.new)}</td>
            <td className="figures" data-tone={rate.percent == null ? undefined : rate.percent > 0 ? 'up' : 'down'}>{rate.percent == null ? '' : `${rate.percent > 0 ? '+' : ''}${String(rate.percent)} %`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

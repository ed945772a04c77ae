import { Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Problem } from '@/kit/api/problem';
import { Caution } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { prices } from '@/rooms/prices/calls';
import classes from './models.module.css';

/** What the model costs of its own, or that its calls are refused for want of a price. */
export function PriceNow({ id }: { id: string }) {
  const { t } = useWords();
  const formats = useFormats();
  const history = useQuery({ queryKey: ['prices', 'history', id], queryFn: () => prices.history(id), retry: false });
  const to = (part: string) => `/prices?model=${encodeURIComponent(id)}${part}`;
  const row = history.data?.rows.find((one) => one.state === 'in_force' && one.group == null)?.price;
  const unpriced = (history.data !== undefined && row === undefined) || (history.error instanceof Problem && history.error.status === 404);
  if (unpriced) {
    return <Caution title={t('models.no_price')}><Text size="sm">{t('models.no_price_text')}</Text><Button size="xs" component={Link} to={to('&part=edit')}>{t('models.set_price')}</Button></Caution>;
  }

  const money = (value: number | null | undefined) => (value == null ? '–' : row?.currency == null ? formats.money(value) : `${String(value)} ${row.currency}`);
  return (
    <p className={classes.price} aria-busy={history.isPending}>
      {row === undefined ? ' ' : <><span className="figures">{t('models.price_now', { input: money(row.input), output: money(row.output) })}</span> <Anchor component={Link} to={to('')} size="sm">{t('models.prices')}</Anchor></>}
    </p>
  );
}

import type { UsagePoint, UsageTotals } from '@/kit/api/shapes';

const Day = 86_400_000;

/** The last days up to now, today among them; days are those of UTC, as in the hub's sums. */
export function spanOf(days: number, now: number): { from: string; to: string } {
  const today = Math.floor(now / Day) * Day;
  return { from: iso(today - (days - 1) * Day), to: iso(today + Day) };
}

const iso = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');

/** One row for each day, also for those without calls: a gap in a chart would look like no time passed. */
export function daysOf(span: { from: string; to: string }, points: readonly UsagePoint[], locale: string) {
  const name = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const rows: { day: string; spend: number; read: number; input: number; output: number }[] = [];
  for (let at = Date.parse(span.from); at < Date.parse(span.to); at += Day) {
    const own = points.filter((point) => Math.floor(Date.parse(point.at) / Day) * Day === at);
    const sum = (of: (point: UsagePoint) => number) => own.reduce((total, point) => total + of(point), 0);
    rows.push({
      day: name.format(at), spend: sum((point) => point.charge_usd), read: sum((point) => point.cache_read_tokens),
      input: sum((point) => point.input_tokens + point.cache_write_tokens), output: sum((point) => point.output_tokens),
    });
  }

  return rows;
}

/** Which share of what was sent came out of a prompt cache; undefined when nothing was sent. */
export function hitShare(totals: Pick<UsageTotals, 'input_tokens' | 'cache_read_tokens' | 'cache_write_tokens'>): number | undefined {
  const sent = totals.input_tokens + totals.cache_read_tokens + totals.cache_write_tokens;
  return sent === 0 ? undefined : totals.cache_read_tokens / sent;
}

import type { Point } from './calls';

const Hour = 3_600_000;
const Day = 24 * Hour;

export const dashboardSpans = { '24h': { length: Day, step: 'hour' }, '7d': { length: 7 * Day, step: 'hour' }, '30d': { length: 30 * Day, step: 'day' }, '90d': { length: 90 * Day, step: 'day' } } as const;
export type DashboardSpan = keyof typeof dashboardSpans;

/** The span up to the hour (or UTC day) that runs now, that one included. */
export function spanFor(name: DashboardSpan, now: number): { from: string; to: string } {
  const { length, step } = dashboardSpans[name];
  const width = step === 'hour' ? Hour : Day;
  const end = (Math.floor(now / width) + 1) * width;
  return { from: new Date(end - length).toISOString(), to: new Date(end).toISOString() };
}

export type Row = { at: string; answered: number; errors: number; charge: number; cost: number; p50: number; p95: number; p99: number; first: number };

/** One row for each step, also for those without calls. A time that nobody measured is no time: its row has none, so that lines do not fall to nothing. */
export function rowsOf(name: DashboardSpan, span: { from: string; to: string }, points: readonly Point[], locale: string): Partial<Row>[] {
  const width = dashboardSpans[name].step === 'hour' ? Hour : Day;
  const title = new Intl.DateTimeFormat(locale, width === Day ? { month: 'short', day: 'numeric', timeZone: 'UTC' } : name === '24h' ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } : { month: 'short', day: 'numeric', hour: '2-digit', hourCycle: 'h23' });
  const byStep = new Map(points.map((point) => [Math.floor(Date.parse(point.at) / width), point]));
  const rows: Partial<Row>[] = [];
  for (let at = Date.parse(span.from); at < Date.parse(span.to); at += width) {
    const point = byStep.get(Math.floor(at / width));
    const row: Partial<Row> = { at: title.format(at), answered: (point?.calls ?? 0) - (point?.errors ?? 0), errors: point?.errors ?? 0, charge: point?.charge_usd ?? 0, cost: point?.cost_usd ?? 0 };
    for (const [member, value] of [['p50', point?.p50_ms], ['p95', point?.p95_ms], ['p99', point?.p99_ms], ['first', point?.first_byte_p50_ms]] as const) {
      if (value != null) {
        row[member] = value;
      }
    }

    rows.push(row);
  }

  return rows;
}

import type { PriceEdit, PriceRow } from './calls';

/** The rates that most prices have; whatever else a row may say stands in `more`, as files spell it. */
export const rates = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'per_request'] as const;
export type Rate = (typeof rates)[number];

export interface PriceFields {
  /** Empty = the model's own. */
  group: string;
  from: string;
  to: string;
  rates: Record<Rate, number | string>;
  more: string;
  retire: string[];
}

const plain = new Set<string>([...rates, 'from', 'to']);

/** Begins with the row in force, so that one amount may be changed alone. */
export function fieldsOf(row: PriceRow | undefined, group = ''): PriceFields {
  const rest = Object.fromEntries(Object.entries(row ?? {}).filter(([name, value]) => !plain.has(name) && value !== null && value !== undefined));
  return {
    group, from: '', to: '', rates: Object.fromEntries(rates.map((rate) => [rate, row?.[rate] ?? ''])) as Record<Rate, number | string>,
    more: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, null, 2), retire: [],
  };
}

/** The row that was typed; undefined when only rows are retired. @throws SyntaxError when `more` is no JSON */
export function rowOf(fields: PriceFields): PriceRow | undefined {
  const amounts = Object.fromEntries(Object.entries(fields.rates).filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]));
  const more = fields.more.trim() === '' ? {} : JSON.parse(fields.more) as unknown;
  if (typeof more !== 'object' || more === null || Array.isArray(more)) {
    throw new SyntaxError('{ … }');
  }

  const row = { ...more, ...amounts };
  return Object.keys(row).length === 0 ? undefined : { ...row, ...(fields.from === '' ? {} : { from: fields.from }), ...(fields.to === '' ? {} : { to: fields.to }) };
}

export function editOf(model: string, fields: PriceFields, adding: boolean): PriceEdit {
  const row = adding ? rowOf(fields) : undefined;
  return { model, ...(fields.group === '' ? {} : { group: fields.group }), ...(row === undefined ? {} : { add: [row] }), ...(fields.retire.length === 0 ? {} : { retire: fields.retire }) };
}

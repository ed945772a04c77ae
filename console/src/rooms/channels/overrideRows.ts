import type { OverrideRule } from './calls';

/** A rule's condition while it is typed; empty = it asks for nothing. */
export interface When {
  models: string[];
  dialects: string[];
  operations: string[];
  stream: 'either' | 'yes' | 'no';
  header: string;
}

/** A rule as its row holds it: a value is a text while it is typed. */
export interface Row {
  action: OverrideRule['action'];
  target: string;
  text: string;
  secret: boolean;
  when: When;
}

export const always: When = { models: [], dialects: [], operations: [], stream: 'either', header: '' };

export const isAlways = (when: When) => when.models.length + when.dialects.length + when.operations.length === 0 && when.stream === 'either' && when.header.trim() === '';

/** Text that is JSON goes as such into a body; everything else is a text. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What `valueOf` reads back as the same value: the text "5" is not the number 5. */
function textOf(value: unknown): string {
  return typeof value === 'string' && value !== '' && valueOf(value) === value ? value : JSON.stringify(value);
}

export function rowOf(rule: OverrideRule, body: boolean): Row {
  const { when } = rule;
  const takesValue = (rule.action === 'set' || rule.action === 'append') && Object.hasOwn(rule, 'value');
  return {
    action: rule.action, target: rule.target, secret: rule.secret,
    text: rule.action === 'rename' ? rule.to ?? '' : !takesValue ? '' : body ? textOf(rule.value) : String(rule.value ?? ''),
    when: when == null ? always : { models: when.models ?? [], dialects: when.dialects ?? [], operations: when.operations ?? [], stream: when.stream == null ? 'either' : when.stream ? 'yes' : 'no', header: when.header ?? '' },
  };
}

export function ruleOf(row: Row, body: boolean): OverrideRule {
  const { models, dialects, operations, stream, header } = row.when;
  const when = isAlways(row.when) ? {} : {
    when: {
      ...(models.length > 0 ? { models } : {}), ...(dialects.length > 0 ? { dialects } : {}), ...(operations.length > 0 ? { operations } : {}),
      ...(stream === 'either' ? {} : { stream: stream === 'yes' }), ...(header.trim() === '' ? {} : { header: header.trim() }),
    },
  };
  const base = { action: row.action, target: row.target.trim(), secret: row.secret, ...when };
  return row.action === 'rename' ? { ...base, to: row.text.trim() } : row.action === 'remove' || (row.secret && row.text === '') ? base : { ...base, value: body ? valueOf(row.text) : row.text };
}

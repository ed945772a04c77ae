import type { Query } from '@/kit/api/call';

/** What the log can be asked for, by the members of its query; `span` is the page's own. */
export const filterNames = ['span', 'model', 'group', 'outcome', 'status', 'error_code', 'dialect', 'stream', 'min_ms', 'min_charge_usd', 'key', 'request_id', 'user', 'channel', 'from', 'to'] as const;
export type FilterName = (typeof filterNames)[number];

/** What only operators may ask for. */
export const operatorFilters: readonly FilterName[] = ['user', 'channel'];

export const outcomes = ['completed', 'partial', 'failed', 'refused', 'cancelled'] as const;
export const dialects = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'] as const;
export const spans = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;
export type SpanName = keyof typeof spans;

const isSpan = (text: string): text is SpanName => text in spans;

/** The query of the API for what the address asks for. A span becomes the moment that it begins at. */
export function queryOf(chosen: Record<string, string>, now: number): Query {
  const { span = '', ...rest } = chosen;
  return isSpan(span) ? { ...rest, from: new Date(now - spans[span]).toISOString() } : rest;
}

export const tones = { completed: 'good', partial: 'warn', failed: 'bad', refused: 'bad', cancelled: 'plain' } as const;

/** The colour of an outcome; of one that this console does not know yet none. */
export function toneOf(outcome: string): 'good' | 'warn' | 'bad' | 'plain' {
  return outcome in tones ? tones[outcome as keyof typeof tones] : 'plain';
}

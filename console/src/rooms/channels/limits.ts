import type { Shape } from '@/kit/api/ask';

type Limits = Shape<'LimitsShape'>;

/** What channels, credentials and groups are bounded by most often. */
export const usualLimits = ['rpm', 'tpm', 'concurrency', 'queue'] as const satisfies readonly (keyof Limits)[];
/** The others that there are. */
export const rareLimits = ['rpd', 'queue_wait', 'usd_per_day', 'usd_per_week', 'usd_per_month', 'usd_total', 'soft'] as const satisfies readonly (keyof Limits)[];
export type LimitName = keyof Limits;
const limitNames: readonly LimitName[] = [...usualLimits, ...rareLimits];

/** Limits while they are typed; empty = none. */
export type Figures = Record<LimitName, string | number>;

export const numberOf = (value: string | number) => (value === '' ? null : Number(value));

export const figuresOf = (limits: Limits) => Object.fromEntries(limitNames.map((name) => [name, limits[name] ?? ''])) as Figures;

/** All that there are: in a change, limits replace each other whole. */
export const limitsOf = (figures: Figures): Limits => Object.fromEntries(limitNames.map((name) => [name, numberOf(figures[name])]));

/** Whether an input of some of them has something to say. */
export const anyOf = (names: readonly string[], of: Record<string, unknown>) => names.some((name) => of[name] !== undefined && of[name] !== '');

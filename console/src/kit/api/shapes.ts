import type { BodyOf, Shape } from './ask';

/**
 * Shapes that more than one room speaks of, by the words of the console. All come from `docs/api/openapi.json`; what one room alone uses, it takes by `Shape<'…'>`.
 * Money is in USD, moments are UTC in ISO 8601, ids of rows are numbers.
 */

export type Role = Shape<'Role'>;
export type Scheme = 'light' | 'dark' | 'auto';
/** Who is signed in. */
export type Me = Shape<'UserReply'>;
export type Session = Shape<'SessionReply'>;

export interface List<T> {
  items: T[];
  next?: string | null;
}

/** Null and absent both mean: no limit. */
export type Limits = Shape<'LimitsShape'>;
export type ApiKey = Shape<'KeyReply'>;
/** Its secret is told once, when it is made. */
export type NewApiKey = ApiKey & { secret: string };
export type KeyChange = BodyOf<'PATCH', '/api/me/keys/{id}'>;
/** A group that the user may choose. */
export type Group = Shape<'GroupOffer'>;
export type UsageTotals = Shape<'UsageTotalsReply'>;
export type UsagePoint = Shape<'UsagePoint'>;

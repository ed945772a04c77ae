/**
 * Shapes of the management API that the console uses, by hand.
 * Money is in USD, moments are UTC in ISO 8601, ids of rows are numbers.
 */

export type Role = 'user' | 'operator' | 'owner';
export type Scheme = 'light' | 'dark' | 'auto';

export interface Me {
  id: number;
  email: string;
  name?: string | null;
  role: Role;
  locale?: string | null;
  theme?: Scheme | null;
}

export interface Provider {
  name: string;
  title: string;
}

export interface Session {
  signed_in: boolean;
  user?: Me | null;
  /** What is still missing before the session counts. */
  needs?: 'second_factor' | 'set_up' | null;
  sign_up: 'open' | 'invite' | 'closed';
  providers: Provider[];
  passkeys: boolean;
  version: string;
}

/** `GET /api/me`: more than the session tells. */
export interface Profile extends Me {
  balance_usd?: number | null;
  totp?: boolean | null;
  has_password?: boolean | null;
  created_at?: string | null;
}

export interface List<T> {
  items: T[];
  next?: string | null;
}

/** Null and absent both mean: no limit. */
export interface Limits {
  usd_per_day?: number | null;
  usd_per_month?: number | null;
  usd_total?: number | null;
  usd_per_week?: number | null;
  soft?: number | null;
  rpm?: number | null;
  rpd?: number | null;
  tpm?: number | null;
  concurrency?: number | null;
}

export interface ApiKey {
  id: number;
  name: string;
  last_four: string;
  /** In the order in which they are tried. */
  groups: string[];
  cross_group_failover: boolean;
  /** Globs; empty = all that the groups serve. */
  models: string[];
  limits: Limits;
  expires_at?: string | null;
  enabled: boolean;
  created_at: string;
}

export interface NewApiKey extends ApiKey {
  /** Shown once. */
  secret: string;
}

export type KeyChange = Partial<Pick<ApiKey, 'name' | 'groups' | 'cross_group_failover' | 'models' | 'limits' | 'expires_at' | 'enabled'>>;

/** A group that the user may choose. */
export interface Group {
  name: string;
  title?: string | null;
  common_use?: string | null;
  status?: 'active' | 'paused' | 'expired' | null;
  status_reason?: string | null;
  replacement?: string | null;
  price_multiplier?: number | null;
}

export interface Passkey {
  id: number | string;
  name?: string | null;
  created_at: string;
}

export interface SignIn {
  id: number | string;
  current: boolean;
  user_agent?: string | null;
  address?: string | null;
  created_at: string;
  last_seen_at?: string | null;
}

export interface AccessToken {
  id: number;
  name: string;
  scopes: string[];
  last_four?: string | null;
  created_at: string;
  expires_at?: string | null;
  last_used_at?: string | null;
}

export interface NewAccessToken extends AccessToken {
  secret: string;
}

export interface TotpOffer {
  secret: string;
  /** `otpauth://…` for the QR code. */
  uri: string;
}

export interface UsageTotals {
  calls: number;
  errors: number;
  input_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  charge_usd: number;
  p50_ms?: number | null;
  p95_ms?: number | null;
  p99_ms?: number | null;
}

export interface UsagePoint extends UsageTotals {
  at: string;
  /** What `by` asked for: a model, group, key or channel. */
  key?: string | null;
}

export interface UsageSeries {
  step: 'hour' | 'day';
  points: UsagePoint[];
}

export const Scopes = ['me:read', 'me:write', 'admin:read', 'admin:write', 'money'] as const;

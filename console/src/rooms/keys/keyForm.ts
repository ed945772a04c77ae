import type { ApiKey, KeyChange, Limits } from '@/kit/api/shapes';

/** A key as its form holds it: numbers that are being typed are texts for a while. */
export interface KeyFields {
  name: string;
  groups: string[];
  cross_group_failover: boolean;
  /** One glob a line. */
  models: string;
  /** `2026-12-31`, or empty. */
  expires_at: string;
  usd_per_day: string | number;
  usd_per_month: string | number;
  usd_total: string | number;
  rpm: string | number;
  tpm: string | number;
  concurrency: string | number;
}

export const limitFields = ['usd_per_day', 'usd_per_month', 'usd_total', 'rpm', 'tpm', 'concurrency'] as const;

export const newKey: KeyFields = {
  name: '', groups: ['auto'], cross_group_failover: true, models: '', expires_at: '', usd_per_day: '', usd_per_month: '', usd_total: '', rpm: '', tpm: '', concurrency: '',
};

export function fieldsOf(key: ApiKey): KeyFields {
  const limits = Object.fromEntries(limitFields.map((name) => [name, key.limits[name] ?? ''])) as Pick<KeyFields, (typeof limitFields)[number]>;
  return { name: key.name, groups: key.groups, cross_group_failover: key.cross_group_failover, models: key.models.join('\n'), expires_at: key.expires_at?.slice(0, 10) ?? '', ...limits };
}

/**
 * What is sent. A day of expiry ends with that day, in UTC.
 * @param before limits of the key that the form does not show: they stay
 * @param known the moment at which the key ends already: kept to the second when the day was not changed
 */
export function changeOf(fields: KeyFields, before: Limits = {}, known?: string | null): KeyChange & { name: string } {
  const limits: Limits = { ...before };
  for (const name of limitFields) {
    limits[name] = fields[name] === '' ? null : Number(fields[name]);
  }

  const expires = fields.expires_at === '' ? null : known?.slice(0, 10) === fields.expires_at ? known : `${fields.expires_at}T23:59:59Z`;
  return {
    name: fields.name.trim(),
    groups: fields.groups,
    cross_group_failover: fields.cross_group_failover,
    models: fields.models.split(/[\n,]/).map((glob) => glob.trim()).filter((glob) => glob !== ''),
    limits,
    expires_at: expires,
  };
}

export function checkKey(fields: KeyFields, today: string, known: string | null | undefined, say: { need: string; groups: string; past: string }): Partial<Record<keyof KeyFields, string>> {
  return {
    ...(fields.name.trim() === '' ? { name: say.need } : {}),
    ...(fields.groups.length === 0 ? { groups: say.groups } : {}),
    ...(fields.expires_at !== '' && fields.expires_at < today && known?.slice(0, 10) !== fields.expires_at ? { expires_at: say.past } : {}),
  };
}

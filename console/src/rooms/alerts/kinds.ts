import { useWords } from '@/kit/words';

export const Kinds = ['channel_failing', 'spend_anomaly', 'price_missing', 'quota_low', 'quota_used_up', 'soft_limit', 'low_balance', 'key_expiring', 'group_expired'] as const;

export type Kind = (typeof Kinds)[number] | 'key_budget';

const known: readonly string[] = [...Kinds, 'key_budget'];

/** A kind's name for people; one that this console does not know yet is shown as it is. */
export function useKindName(): (kind: string) => string {
  const { t } = useWords();
  return (kind) => (known.includes(kind) ? t(`alerts.k_${kind as Kind}`) : kind);
}

import { Text } from '@mantine/core';
import type { Shape } from '@/kit/api/ask';
import { Pill } from '@/kit/States';
import type { Column } from '@/kit/table/DataTable';
import { useFormats, useWords } from '@/kit/words';

export type Entry = Shape<'EntryReply'>;

/** How lines of the ledger are shown, to their owners and to operators. */
export function useEntryColumns(operator: boolean): Column<Entry>[] {
  const { t } = useWords();
  const formats = useFormats();
  return [
    { id: 'at', title: t('wallet.at'), render: (entry) => <span title={formats.moment(entry.at)}>{formats.moment(entry.at)}</span> },
    { id: 'kind', title: t('wallet.kind'), main: true, render: (entry) => <Pill tone={entry.amount_usd > 0 ? 'good' : 'plain'}>{t(`wallet.kind_${entry.kind}`)}</Pill> },
    { id: 'reason', title: t('wallet.reason'), render: (entry) => <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{entry.reason}</Text> },
    ...(operator ? [{ id: 'actor', title: t('wallet.actor'), render: (entry: Entry) => entry.actor ?? '' }] : []),
    { id: 'amount', title: t('wallet.amount'), figures: true, render: (entry) => <Text span fw={560} {...(entry.amount_usd > 0 ? { c: 'var(--kit-good)' } : {})}>{entry.amount_usd > 0 ? '+' : ''}{formats.money(entry.amount_usd)}</Text> },
  ];
}

import { Table, Text } from '@mantine/core';
import { Section } from '@/kit/Page';
import { useFormats, useWords } from '@/kit/words';
import type { CallStory } from './calls';
import classes from './story.module.css';

/** The buckets that the bar draws in colours of their own; what is rare shares the last. */
const shades: Record<string, string> = { cache_read: 'read', input: 'input', cache_write_5m: 'write', cache_write_1h: 'write', cache_write_other: 'write', output: 'output' };

/** What was used and how that became money: tokens by bucket, line items, multipliers, the sum; for operators cost and margin; refunds. */
export function StoryMoney({ call }: { call: CallStory }) {
  const { t } = useWords();
  const formats = useFormats();
  const { tokens, charge, cost, entries } = call;
  const all = tokens.buckets.reduce((sum, bucket) => sum + bucket.tokens, 0);
  const bucket = (what: string) => t(`log.buckets.${what as 'input'}`, { defaultValue: what });
  return (
    <Section title={t('log.money')} lead={tokens.source === 'reported' || tokens.source === 'none' ? t('log.money_lead') : t(`log.sources.${tokens.source as 'counted'}`)}>
      {all > 0 && (
        <>
          <div className={classes.stack} aria-hidden="true">
            {tokens.buckets.map(({ what, tokens: count }) => <span key={what} data-shade={shades[what] ?? 'other'} style={{ flexGrow: count }} />)}
          </div>
          <ul className={classes.legend}>
            {tokens.buckets.map(({ what, tokens: count }) => <li key={what}><span className={classes.dot} data-shade={shades[what] ?? 'other'} aria-hidden="true" />{bucket(what)} <span className="figures">{formats.count(count)}</span></li>)}
          </ul>
        </>
      )}
      {charge.lines.length === 0 ? <Text size="sm" c="dimmed">{t('log.no_charge')}</Text> : (
        <Table.ScrollContainer minWidth={260}>
          <Table className="figures" verticalSpacing={6}>
            <Table.Thead><Table.Tr><Table.Th>{t('log.line')}</Table.Th><Table.Th ta="right">{t('log.quantity')}</Table.Th><Table.Th ta="right" visibleFrom="sm">{t('log.rate')}</Table.Th><Table.Th ta="right">{t('log.amount')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {charge.lines.map((line) => (
                <Table.Tr key={line.what}><Table.Td>{bucket(line.what)}</Table.Td><Table.Td ta="right">{formats.count(line.quantity)}</Table.Td><Table.Td ta="right" visibleFrom="sm">{formats.money(line.usd_per_million)}</Table.Td><Table.Td ta="right">{formats.money(line.usd)}</Table.Td></Table.Tr>
              ))}
              {charge.factors.map((factor) => (
                <Table.Tr key={factor.what}><Table.Td c="dimmed">{t(`log.factors.${factor.what as 'group'}`, { defaultValue: factor.what })}</Table.Td><Table.Td /><Table.Td visibleFrom="sm" /><Table.Td ta="right">× {factor.value}</Table.Td></Table.Tr>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr><Table.Th>{t('log.charged')}</Table.Th><Table.Td /><Table.Td visibleFrom="sm" /><Table.Th ta="right">{formats.money(charge.usd)}</Table.Th></Table.Tr>
              {cost != null && <Table.Tr><Table.Td>{t('log.costs')}{cost.lost_usd > 0 && <Text span size="xs" c="dimmed"> · {t('log.in_vain', { usd: formats.money(cost.lost_usd) })}</Text>}</Table.Td><Table.Td /><Table.Td visibleFrom="sm" /><Table.Td ta="right">{formats.money(cost.usd)}</Table.Td></Table.Tr>}
              {cost != null && <Table.Tr><Table.Td>{t('log.margin')}</Table.Td><Table.Td /><Table.Td visibleFrom="sm" /><Table.Td ta="right">{formats.money(cost.margin_usd)}</Table.Td></Table.Tr>}
            </Table.Tfoot>
          </Table>
        </Table.ScrollContainer>
      )}
      {charge.price_version !== '' && <Text size="xs" c="dimmed" mt="xs">{t('log.by_price', { version: charge.price_version })}{charge.clamped && ` · ${t('log.clamped')}`}</Text>}
      {entries.length > 0 && (
        <>
          <Text fw={560} size="sm" mt="lg" mb={4}>{t('log.entries')}</Text>
          <Table.ScrollContainer minWidth={420}>
            <Table verticalSpacing={4} className="figures" fz="sm">
              <Table.Tbody>{entries.map((entry) => <Table.Tr key={entry.id}><Table.Td>{formats.moment(entry.at)}</Table.Td><Table.Td>{entry.kind}</Table.Td><Table.Td>{entry.reason}</Table.Td><Table.Td ta="right">{formats.money(entry.amount_usd)}</Table.Td></Table.Tr>)}</Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </>
      )}
    </Section>
  );
}

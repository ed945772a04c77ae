import { Anchor, Table } from '@mantine/core';
import { Link } from 'react-router';
import { useFormats, useWords } from '@/kit/words';
import type { FlowLink } from './calls';
import { Gap, layOut } from './flow';
import classes from './dashboard.module.css';

const Width = 900;
const Side = 10;
const Row = 34;
/** A channel whose attempts fail oftener is drawn as ailing. */
const Ailing = 0.05;

/** From which group to which channel attempts went: ribbons for eyes, and the same as a table for everybody. */
export function Flow({ links, span }: { links: readonly FlowLink[]; span: string }) {
  const { t } = useWords();
  const formats = useFormats();
  const rows = Math.max(new Set(links.map(({ group }) => group)).size, new Set(links.map(({ channel }) => channel)).size);
  const height = Math.min(520, Math.max(120, rows * (Row + Gap)));
  const { groups, channels, ribbons } = layOut(links, height);
  const [from, to] = [Side, Width - Side];
  const bend = (to - from) / 2;
  const shown = links.filter(({ group, channel }) => group !== '' && channel !== '').sort((one, other) => (other.attempts ?? 0) - (one.attempts ?? 0));
  const ends = (nodes: typeof groups, side: 'left' | 'right') => nodes.map((node) => (
    <span key={node.name} className={classes.end} data-side={side} style={{ top: `${String(((node.y + node.height / 2) / height) * 100)}%` }}>{node.name} <small>{formats.compact(node.value)}</small></span>
  ));
  return (
    <>
      <div className={classes.flow} aria-hidden="true" style={{ height: `${String(height)}px` }}>
        <div className={classes.ends}>{ends(groups, 'left')}</div>
        <svg viewBox={`0 0 ${String(Width)} ${String(height)}`} preserveAspectRatio="none" className={classes.ribbons}>
          {ribbons.map(({ group, channel, y0, y1, height: thick, failing }) => (
            <path
              key={`${group} ${channel}`} className={classes.ribbon} data-ailing={failing > Ailing || undefined} strokeWidth={thick}
              d={`M${String(from)} ${String(y0)} C${String(from + bend)} ${String(y0)} ${String(to - bend)} ${String(y1)} ${String(to)} ${String(y1)}`}
            />
          ))}
          {groups.map((node) => <rect key={node.name} className={classes.node} x={0} y={node.y} width={Side} height={node.height} rx={3} />)}
          {channels.map((node) => <rect key={node.name} className={classes.node} x={Width - Side} y={node.y} width={Side} height={node.height} rx={3} />)}
        </svg>
        <div className={classes.ends}>{ends(channels, 'right')}</div>
      </div>
      <Table.ScrollContainer minWidth={640} mt="md">
        <Table className="figures" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('dashboard.group')}</Table.Th><Table.Th>{t('dashboard.channel')}</Table.Th><Table.Th ta="right">{t('dashboard.attempts')}</Table.Th><Table.Th ta="right">{t('dashboard.failing')}</Table.Th>
              <Table.Th ta="right">p50</Table.Th><Table.Th ta="right">p95</Table.Th><Table.Th ta="right">{t('dashboard.charge')}</Table.Th><Table.Th ta="right">{t('dashboard.margin')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((link) => {
              const failing = (link.attempts ?? 0) === 0 ? undefined : (link.failed_attempts ?? 0) / (link.attempts ?? 1);
              return (
                <Table.Tr key={`${link.group} ${link.channel}`}>
                  <Table.Td>{link.group}</Table.Td>
                  <Table.Td><Anchor component={Link} fz="sm" to={`/log?scope=all&channel=${encodeURIComponent(link.channel)}&span=${span}`}>{link.channel}</Anchor></Table.Td>
                  <Table.Td ta="right">{formats.compact(link.attempts)}</Table.Td>
                  <Table.Td ta="right" className={failing !== undefined && failing > Ailing ? classes.ailing : undefined}>{formats.share(failing)}</Table.Td>
                  <Table.Td ta="right">{formats.duration(link.p50_ms)}</Table.Td><Table.Td ta="right">{formats.duration(link.p95_ms)}</Table.Td>
                  <Table.Td ta="right">{formats.money(link.charge_usd)}</Table.Td><Table.Td ta="right">{formats.money(link.margin_usd)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

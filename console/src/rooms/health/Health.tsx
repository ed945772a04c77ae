import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Page, Section } from '@/kit/Page';
import { StatTile, StatTiles } from '@/kit/StatTile';
import { Empty, Loading, Pill, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { health as door, type BoardChannel, type BoardGroup, type Condition } from './calls';
import { Changes, HoldLine, Standing } from './Standing';
import classes from './health.module.css';

const Every = 5_000;
/** What needs somebody stands first. */
const urgency: Record<Condition, number> = { broken: 0, cooling: 1, degraded: 2, healthy: 3, disabled: 4 };

/** How everything stands, at a glance; what is unwell stands first. Reads itself anew. */
export default function Health() {
  const { t } = useWords();
  const formats = useFormats();
  const board = useQuery({ queryKey: ['health'], queryFn: door.board, refetchInterval: Every });
  const data = board.data;
  const fresh = data && (
    <span className={classes.fresh}>{!board.isError && <span className={classes.up} aria-hidden="true" />}{t('health.as_of', { when: formats.moment(data.at) })}</span>
  );
  if (data === undefined) {
    return <Page title={t('health.title')} lead={t('health.lead')}>{board.isError ? <Trouble failure={board.error} retry={() => { void board.refetch(); }} /> : <Loading rows={8} />}</Page>;
  }

  const channels = [...data.channels].sort((one, other) => urgency[one.state] - urgency[other.state] || one.name.localeCompare(other.name));
  const groups = data.groups.filter((group) => group.status === 'active').sort((one, other) => urgency[one.state] - urgency[other.state] || one.name.localeCompare(other.name));
  const well = data.channels.filter((channel) => channel.state === 'healthy').length;
  const on = data.channels.filter((channel) => channel.state !== 'disabled').length;
  const attempts = data.channels.reduce((sum, channel) => sum + channel.figures.attempts, 0);
  const failed = data.channels.reduce((sum, channel) => sum + channel.figures.failed_attempts, 0);
  const serving = groups.filter((group) => group.state === 'healthy' || group.state === 'degraded').length;
  return (
    <Page title={t('health.title')} lead={t('health.lead')} actions={fresh}>
      {board.isError && <Trouble failure={board.error} retry={() => { void board.refetch(); }} />}
      <div className={classes.tiles}><StatTiles>
        <StatTile label={t('health.channels_well')} value={`${formats.count(well)} / ${formats.count(on)}`} note={t('health.disabled_more', { count: formats.count(data.channels.length - on) as unknown as number })} />
        <StatTile label={t('health.groups_serving')} value={`${formats.count(serving)} / ${formats.count(groups.length)}`} note={t('health.of_active')} />
        <StatTile label={t('health.attempts')} value={formats.compact(attempts)} note={t('health.since', { when: formats.moment(data.from) })} />
        <StatTile label={t('health.failing')} value={attempts === 0 ? formats.share(0) : formats.share(failed / attempts)} note={t('health.failed_attempts', { count: formats.count(failed) as unknown as number })} />
      </StatTiles></div>
      <section aria-label={t('health.groups')}>
        <Title order={2} mb="sm">{t('health.groups')}</Title>
        {groups.length === 0 ? <div className="kit-card"><Empty icon="fork" title={t('health.no_groups')} /></div> : <div className={classes.groups}>{groups.map((group) => <GroupCard key={group.name} group={group} />)}</div>}
      </section>
      <section aria-label={t('health.channels')}>
        <Title order={2} mb="sm">{t('health.channels')}</Title>
        <div className="kit-card">{channels.map((channel) => <ChannelRow key={channel.id} channel={channel} nodes={data.nodes.length > 1} />)}</div>
      </section>
      <Section title={t('health.changes')} lead={t('health.changes_lead')}><Changes items={data.changes} /></Section>
    </Page>
  );
}

function GroupCard({ group }: { group: BoardGroup }) {
  const { t } = useWords();
  const formats = useFormats();
  return (
    <div className={`kit-card ${classes.group ?? ''}`} data-state={group.state}>
      <div className={classes.groupHead}><Link to={`/groups/${group.name}`}>{group.name}</Link><Standing state={group.state} /></div>
      {group.members.length === 0
        ? <Text size="sm" c="dimmed">{t('health.no_members')}</Text>
        : <div className={classes.members}>{group.members.map((member) => <span key={member.channel_id} title={`${member.channel}: ${t(`health.${member.state}`)}`}><Member name={member.channel} state={member.state} /></span>)}</div>}
      {group.figures.calls > 0 && (
        <span className={`figures ${classes.figures ?? ''}`}>{t('health.calls', { count: formats.compact(group.figures.calls) as unknown as number })} · {t('health.errors', { share: formats.share(group.figures.errors / group.figures.calls) })} · p95 {formats.duration(group.figures.p95_ms)}</span>
      )}
    </div>
  );
}

function Member({ name, state }: { name: string; state: Condition }) {
  return <span className={classes.standing} data-state={state} data-quiet><span className={classes.dot} aria-hidden="true" />{name}</span>;
}

function ChannelRow({ channel, nodes }: { channel: BoardChannel; nodes: boolean }) {
  const { t } = useWords();
  const formats = useFormats();
  const unwell = channel.credentials.filter((credential) => credential.state !== 'healthy' || credential.holds.length > 0);
  const { figures } = channel;
  return (
    <article className={classes.channel} aria-label={channel.name}>
      <div className={classes.channelName}><Link to={`/channels/${String(channel.id)}/health`}>{channel.name}</Link><Text size="xs" c="dimmed">{channel.type}</Text></div>
      <Standing state={channel.state} />
      <div className={classes.credentials}>
        {unwell.length === 0
          ? <Text size="sm" c="dimmed">{channel.credentials.length === 0 ? t('health.no_credentials') : t('health.all_well', { count: channel.credentials.length })}</Text>
          : unwell.map((credential) => (
            <div key={credential.id} className={classes.credentials}>
              <span className={classes.credential}><b>{credential.name}</b><Standing state={credential.state} quiet /></span>
              {credential.holds.map((hold) => <HoldLine key={`${hold.scope}-${hold.subject}-${hold.node}`} hold={hold} node={nodes} />)}
            </div>
          ))}
        {channel.groups.length === 0 && channel.state !== 'disabled' && <span><Pill tone="warn">{t('health.in_no_group')}</Pill></span>}
      </div>
      <div className={`figures ${classes.channelFigures ?? ''}`}>
        {figures.attempts === 0
          ? <Text size="xs" c="dimmed" component="span">{t('health.quiet')}</Text>
          : <>{t('health.tries', { count: formats.compact(figures.attempts) as unknown as number })} · {t('health.errors', { share: formats.share(figures.failure_rate ?? 0) })}<br /><Text size="xs" c="dimmed" component="span">p50 {formats.duration(figures.p50_ms)} · p95 {formats.duration(figures.p95_ms)}</Text></>}
      </div>
    </article>
  );
}

import { Anchor, Button, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { Problem } from '@/kit/api/problem';
import { Copy } from '@/kit/Copy';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { mayAct, useSession } from '@/kit/session';
import { StatTile, StatTiles } from '@/kit/StatTile';
import { Empty, Loading, Pill, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { calls, type CallStory } from './calls';
import { Outcome, useOutcomeWord } from './Outcome';
import { StoryMoney } from './StoryMoney';
import { StoryRoute } from './StoryRoute';
import { Timeline } from './Timeline';
import classes from './story.module.css';

/** One call from top to bottom: where its time went, why it went where it went, what it used, what that cost. */
export default function Story() {
  const { t } = useWords();
  const { id = '' } = useParams();
  const me = useSession().data?.user;
  const scope = mayAct(me, 'operator') ? 'all' : 'own';
  const story = useQuery({
    queryKey: ['call', scope, id], queryFn: () => calls.story(scope, id),
    retry: (tries, failure) => failure instanceof Problem && failure.code === 'not_found' && tries < 2, retryDelay: 700,
  });
  const up = { to: '/log', title: t('log.title') };
  if (story.isError) {
    const lost = story.error instanceof Problem && story.error.code === 'not_found';
    return (
      <Page title={t('log.story')} up={up}>
        {lost
          ? <div className="kit-card"><Empty icon="search" title={t('log.lost')} text={t('log.lost_text')} action={<Button component={Link} to="/log" variant="default">{t('log.to_log')}</Button>} /></div>
          : <Trouble failure={story.error} retry={() => { void story.refetch(); }} />}
      </Page>
    );
  }

  if (story.data === undefined) {
    return <Page title={t('log.story')} up={up}><div className={`kit-card ${classes.wait}`}><Loading rows={8} /></div></Page>;
  }

  return <Told call={story.data} mine={story.data.user_id == null || story.data.user_id === me?.id} operates={scope === 'all'} up={up} />;
}

function Told({ call, mine, operates, up }: { call: CallStory; mine: boolean; operates: boolean; up: { to: string; title: string } }) {
  const { t } = useWords();
  const formats = useFormats();
  const outcomeWord = useOutcomeWord();
  const cached = call.tokens.buckets.filter(({ what }) => what.startsWith('cache_read')).reduce((sum, { tokens }) => sum + tokens, 0);
  return (
    <Page
      title={call.served_model === '' ? call.requested_model || t('log.story') : call.served_model} up={up}
      lead={<span className={classes.lead}><Outcome outcome={call.outcome} status={call.status} code={call.error_code} /><time dateTime={call.at}>{formats.moment(call.at)}</time><span className={classes.id}><code>{call.request_id}</code><Copy text={call.request_id} label={t('log.copy_id')} /></span></span>}
    >
      <StatTiles>
        <StatTile label={t('log.charge')} value={formats.money(call.charge.usd)} note={call.cost == null ? undefined : t('log.cost_short', { usd: formats.money(call.cost.usd) })} />
        <StatTile label={t('log.time')} value={formats.duration(call.timing.total_ms)} note={call.timing.waited_ms == null ? undefined : t('log.waited_for', { time: formats.duration(call.timing.waited_ms) })} />
        <StatTile label={t('log.first_byte')} value={formats.duration(call.timing.first_byte_ms)} note={call.timing.upstream_ms == null ? undefined : t('log.upstream_says', { time: formats.duration(call.timing.upstream_ms) })} />
        <StatTile label={t('log.input')} value={formats.compact(call.tokens.total_input)} note={call.tokens.total_input > 0 ? t('log.cached', { share: formats.share(cached / call.tokens.total_input) }) : undefined} />
        <StatTile label={t('log.output')} value={formats.compact(call.tokens.total_output)} note={call.tokens.reasoning > 0 ? t('log.reasoned', { tokens: formats.compact(call.tokens.reasoning) }) : undefined} />
        <StatTile label={t('log.ended')} value={outcomeWord(call.outcome)} note={call.stop ?? `HTTP ${String(call.status)}`} />
      </StatTiles>
      <Section title={t('log.how')} lead={t('log.how_lead')}><Timeline call={call} /></Section>
      <Section title={t('log.why')} lead={t('log.why_lead')}><StoryRoute call={call} /></Section>
      <StoryMoney call={call} />
      <Section title={t('log.details')}><Details call={call} mine={mine} operates={operates} /></Section>
    </Page>
  );
}

/** What else is known, with ways on. */
function Details({ call, mine, operates }: { call: CallStory; mine: boolean; operates: boolean }) {
  const { t } = useWords();
  const formats = useFormats();
  const everybody = operates ? 'scope=all&' : '';
  const same = (member: string, value: string | number | null | undefined, text?: string) => value == null || value === '' ? undefined
    : <Anchor component={Link} to={`/log?${everybody}${member}=${encodeURIComponent(String(value))}`} title={t('log.same_calls')}>{text ?? value}</Anchor>;
  const rows: [string, React.ReactNode][] = [
    [t('log.key'), mine ? <Anchor component={Link} to={`/keys/${String(call.key_id)}`}>{call.key}</Anchor> : same('key', call.key_id, call.key)],
    [t('log.user'), same('user', call.user_id, call.user ?? t('log.gone'))],
    [t('log.names.group'), same('group', call.group)],
    [t('log.names.channel'), call.channel == null ? undefined : same('channel', call.channel)],
    [t('log.asked_for'), same('model', call.requested_model)],
    [t('log.upstream_model'), call.upstream_model],
    [t('log.dialect'), <>{call.dialect} · {call.operation}{call.stream ? ` · ${t('log.streamed')}` : ''}</>],
    [t('log.tier'), call.service_tier],
    [t('log.session'), call.session == null ? undefined : <>{call.session} <Pill>{t(`log.affinities.${call.session_affinity as 'hit'}`)}</Pill></>],
    [t('log.client'), call.user_agent],
    [t('log.body'), `${formats.count(call.request_bytes)} B`],
  ];
  return (
    <>
      <dl className={classes.facts}>
        {rows.filter(([, value]) => value != null && value !== '').map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {call.losses.length > 0 && (
        <>
          <Text fw={560} size="sm" mt="lg" mb={4}><Icon name="warn" size={14} /> {t('log.losses')}</Text>
          <Table.ScrollContainer minWidth={320}>
            <Table verticalSpacing={4} fz="sm"><Table.Tbody>{call.losses.map((loss) => <Table.Tr key={`${loss.path} ${loss.reason}`}><Table.Td><code>{loss.path}</code></Table.Td><Table.Td>{loss.reason}</Table.Td></Table.Tr>)}</Table.Tbody></Table>
          </Table.ScrollContainer>
        </>
      )}
    </>
  );
}

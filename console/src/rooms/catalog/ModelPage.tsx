import { Anchor, Button, NumberInput, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'react-router';
import { Problem } from '@/kit/api/problem';
import { Copy } from '@/kit/Copy';
import { NotFound } from '@/kit/ErrorBoundary';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { mayAct, useSession } from '@/kit/session';
import { Caution, Empty, Loading, Pill, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { placeOf } from '@/rooms/models/calls';
import { catalog, isCapability, type Estimate, type InGroup, type Model } from './calls';
import { Abilities } from './Catalog';
import classes from './catalog.module.css';

const fields = ['input', 'cache_read', 'output', 'calls'] as const;
type Field = (typeof fields)[number];
/** A turn of a coding agent: much that was said before, little that is new. */
const usual: Record<Field, number> = { input: 2_000, cache_read: 20_000, output: 800, calls: 1 };

/** Everything about one model, and its groups side by side. */
export default function ModelPage() {
  const { t } = useWords();
  const { name = '' } = useParams();
  const read = useQuery({ queryKey: ['model', name], queryFn: () => catalog.read(name) });
  const operator = mayAct(useSession().data?.user, 'operator');
  const up = { to: '/catalog', title: t('catalog.title') };
  if (read.isError && read.error instanceof Problem && read.error.status === 404) {
    return <NotFound />;
  }

  const model = read.data;
  return model === undefined
    ? <Page title={name} up={up}>{read.isError ? <Trouble failure={read.error} retry={() => { void read.refetch(); }} /> : <Loading rows={8} />}</Page>
    : (
      <Page
        title={model.display_name} up={up} lead={<span className={classes.id}><code>{model.id}</code><Copy text={model.id} label={t('catalog.copy_id')} /></span>}
        actions={<>
          {operator && <Button variant="default" component={Link} to={placeOf(model.id)} leftSection={<Icon name="edit" size={15} />}>{t('models.change')}</Button>}
          {model.kind === 'chat' && model.available && <Button component={Link} to={`/playground?model=${encodeURIComponent(model.id)}`} leftSection={<Icon name="play" size={15} />}>{t('catalog.try')}</Button>}
        </>}
      >
        {!model.available && <Caution title={t('catalog.unavailable')}><Text size="sm">{t('catalog.unavailable_text')}</Text></Caution>}
        <Facts model={model} />
        <Compare model={model} />
      </Page>
    );
}

function Facts({ model }: { model: Model }) {
  const { t } = useWords();
  const formats = useFormats();
  const facts = [
    [t('catalog.vendor'), model.vendor === '' ? '–' : model.vendor],
    [t('catalog.kind'), t(`catalog.kind_${model.kind}`)],
    [t('catalog.window'), model.context_window == null ? t('catalog.unknown') : t('catalog.tokens', { count: formats.count(model.context_window) as unknown as number })],
    ...(model.long_context_window == null ? [] : [[t('catalog.variant'), t('catalog.tokens', { count: formats.count(model.long_context_window) as unknown as number })]]),
    [t('catalog.most_output'), model.max_output_tokens == null ? t('catalog.unknown') : t('catalog.tokens', { count: formats.count(model.max_output_tokens) as unknown as number })],
    [t('catalog.released'), model.released_on == null ? t('catalog.unknown') : formats.date(model.released_on)],
    [t('catalog.weights'), model.open_weights ? t('catalog.open') : t('catalog.closed')],
    ...(model.aliases.length === 0 ? [] : [[t('catalog.aliases'), model.aliases.join(', ')]]),
  ] as const;
  return (
    <Section title={t('catalog.facts')}>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="figures">{value}</dd></div>)}
        <div className={classes.wide}><dt>{t('catalog.can')}</dt><dd><Abilities names={model.capabilities} /></dd></div>
        {model.source != null && <div className={classes.wide}><dt>{t('catalog.source')}</dt><dd>{model.source.startsWith('https://') ? <Anchor href={model.source} target="_blank" rel="noreferrer noopener" size="sm">{new URL(model.source).host}</Anchor> : model.source}{model.source_date != null && <Text component="span" size="sm" c="dimmed">, {formats.date(model.source_date)}</Text>}</dd></div>}
      </dl>
    </Section>
  );
}

/** Groups side by side: rates, promises, and what one's own call would cost. */
function Compare({ model }: { model: Model }) {
  const { t } = useWords();
  const [search, setSearch] = useSearchParams();
  const wish = Object.fromEntries(fields.map((field) => [field, Math.max(field === 'calls' ? 1 : 0, Math.trunc(Number(search.get(field) ?? usual[field])) || 0)])) as Record<Field, number>;
  const [calm] = useDebouncedValue(wish, 250);
  const estimate = useQuery({ queryKey: ['estimate', model.id, calm.input, calm.cache_read, calm.output, calm.calls], queryFn: () => catalog.estimate(model.id, calm), placeholderData: keepPreviousData });
  const by = new Map((estimate.data?.groups ?? []).map((one) => [one.group, one]));
  const order = [...model.groups].sort((one, other) => rank(by, one) - rank(by, other));
  const best = order[0];
  const set = (field: Field) => (value: number | string) => {
    setSearch((before) => { const next = new URLSearchParams(before); if (value === '' || Number(value) === usual[field]) next.delete(field); else next.set(field, String(value)); return next; }, { replace: true });
  };
  return (
    <Section title={t('catalog.compare')} lead={t('catalog.compare_lead')}>
      <fieldset className={classes.calculator}>
        <legend>{t('catalog.calculator')}</legend>
        {fields.map((field) => <NumberInput key={field} label={t(`catalog.calc_${field}`)} min={field === 'calls' ? 1 : 0} max={1_000_000_000} allowDecimal={false} thousandSeparator="," value={wish[field]} onChange={set(field)} />)}
      </fieldset>
      {estimate.isError && <Trouble failure={estimate.error} retry={() => { void estimate.refetch(); }} />}
      {model.groups.length === 0 ? <Empty icon="fork" title={t('catalog.no_group')} /> : (
        <ul className={classes.groups} aria-label={t('catalog.compare')} aria-busy={estimate.isFetching}>
          {order.map((group) => <GroupCard key={group.group} group={group} can={model.capabilities} told={by.get(group.group)} calls={estimate.data?.calls ?? 1} best={group === best && group.available && order.length > 1} />)}
        </ul>
      )}
    </Section>
  );
}

function rank(by: Map<string, Estimate['groups'][number]>, group: InGroup): number {
  const charge = by.get(group.group)?.charge_usd;
  return (group.available ? 0 : 1e12) + (charge ?? 1e9);
}

function GroupCard({ group, can, told, calls, best }: { group: InGroup; can: readonly string[]; told: Estimate['groups'][number] | undefined; calls: number; best: boolean }) {
  const { t } = useWords();
  const formats = useFormats();
  const rates = [[t('catalog.input'), group.now?.input_usd], [t('catalog.cache_read'), group.now?.cache_read_usd], [t('catalog.cache_write'), group.now?.cache_write_usd], [t('catalog.output'), group.now?.output_usd]] as const;
  const tiers = group.price?.price.tiers ?? [];
  // What tells groups apart: promises that not every group makes, and what the model can and this group cannot.
  const always = [...group.always, ...(group.long_context ? ['long_context'] : [])];
  const kept = always.filter((name) => name === 'documents' || name === 'prompt_caching' || name === 'long_context');
  const never = can.filter(isCapability).filter((name) => !always.includes(name) && !group.sometimes.includes(name));
  return (
    <li className={classes.group} data-best={best || undefined} data-off={!group.available || undefined}>
      <div className={classes.groupHead}>
        <div>
          <Text fw={620} component="h3" size="md">{group.title}</Text>
          <Text size="xs" c="dimmed"><code>{group.group}</code> · {t('catalog.times', { factor: group.multiplier })}</Text>
        </div>
        <span className={classes.pills}>
          {best && <Pill tone="good">{t('catalog.cheapest')}</Pill>}
          {group.status !== 'active' && <Pill tone="warn">{t(`catalog.status_${group.status}`)}</Pill>}
          {group.price == null && <Pill tone="bad">{t('catalog.no_price')}</Pill>}
        </span>
      </div>
      <dl className={classes.rates}>
        {rates.map(([name, usd]) => <div key={name}><dt>{name}</dt><dd className="figures">{usd == null ? '–' : formats.money(usd)}</dd></div>)}
      </dl>
      <div className={classes.promises}>
        <Abilities names={kept} />
        {never.length > 0 && <span className={classes.never}>{t('catalog.not_here')} {never.map((name) => t(`catalog.${name}`)).join(', ')}</span>}
        {group.sometimes.filter(isCapability).length > 0 && <span>{t('catalog.sometimes')} {group.sometimes.filter(isCapability).map((name) => t(`catalog.${name}`)).join(', ')}</span>}
        {group.price_origin === 'group' && <span>{t('catalog.own_price')}</span>}
        {tiers.map((tier) => <span key={tier.above} className="figures">{t('catalog.tier', { above: formats.compact(tier.above), input: formats.money((tier.input ?? 0) * group.multiplier), output: formats.money((tier.output ?? 0) * group.multiplier) })}</span>)}
        {group.next?.price.from != null && <span>{t('catalog.next', { day: formats.date(group.next.price.from) })}</span>}
        {group.most_tokens != null && <span>{t('catalog.narrow', { count: formats.count(group.most_tokens) as unknown as number })}</span>}
        {group.has_quota && <span>{t('catalog.quota')}</span>}
        {group.ends_at != null && <span>{t('catalog.ends', { day: formats.date(group.ends_at) })}</span>}
        {group.status !== 'active' && group.status_reason != null && group.status_reason !== '' && <span>{group.status_reason}{group.replacement == null ? '' : ` → ${group.replacement}`}</span>}
      </div>
      <div className={classes.charge}>
        <Text size="xs" c="dimmed">{calls > 1 ? t('catalog.all_calls', { count: formats.count(calls) as unknown as number }) : t('catalog.this_call')}</Text>
        <span className={`figures ${classes.usd ?? ''}`}>{told?.all_usd == null ? '–' : formats.money(told.all_usd)}</span>
        {calls > 1 && told?.charge_usd != null && <Text size="xs" c="dimmed" className="figures">{t('catalog.each', { usd: formats.money(told.charge_usd) })}</Text>}
      </div>
    </li>
  );
}

import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type Announcements, type DragEndEvent } from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Button, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Versioned } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Loading, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { FormEnd } from '@/rooms/channels/FormEnd';
import { AutoRules, ruleOf, type RuleFields } from './AutoRules';
import { groups as door, type Auto, type AutoPlace } from './calls';
import { Explain } from './Explain';
import type { PartProps } from './GroupPage';
import { restOf, shifted } from './order';
import classes from './groups.module.css';

/** How auto picks: its rules, its order, and a try of both. */
export function AutoPart(props: PartProps) {
  const auto = useQuery({ queryKey: ['auto'], queryFn: door.auto, staleTime: Infinity, gcTime: 0 });
  return (
    <div className={classes.stack}>
      {auto.data !== undefined ? <Picks key={auto.data.etag} read={auto.data} reload={() => { void auto.refetch(); }} /> : auto.isError ? <Trouble failure={auto.error} retry={() => { void auto.refetch(); }} /> : <Loading rows={8} />}
      <Explain {...props} />
    </div>
  );
}

function Picks({ read, reload }: { read: Versioned<Auto>; reload: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const form = useForm<{ order: string[]; list: RuleFields[] }>(
    { order: read.value.order, list: read.value.rules.map(ruleOf) },
    () => ({}),
    async (fields) => {
      const next = await door.changeAuto({ order: fields.order, rules: fields.list.map(({ key: _key, model, ...rule }) => ({ ...rule, model: model.trim() === '' ? '*' : model.trim() })) }, read.etag ?? '*');
      client.setQueryData(['auto'], next);
      void client.invalidateQueries({ queryKey: ['group-use'] });
      toastDone(t('acts.saved'));
    },
  );
  // What is wrong with a rule stands at the rule.
  const placed = form.failure instanceof Problem && form.failure.status === 422 && Object.keys(form.failure.errors).every((name) => /^(rules\[|order)/.test(name));
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('groups.auto_rules')} lead={t('groups.auto_rules_lead')}>
        <AutoRules value={form.values.list} groups={read.value.places.map((place) => place.group)} errors={form.errors} onChange={(next) => { form.clear(); form.set('list', next); }} />
      </Section>
      <Section title={t('groups.auto_order')} lead={t('groups.auto_order_lead')}>
        <Order value={form.values.order} places={read.value.places} onChange={(next) => { form.set('order', next); }} error={form.errors.order} />
      </Section>
      <FormEnd failure={placed ? undefined : form.failure} busy={form.busy} reload={reload} />
      {placed && <Text size="sm" role="alert">{t('groups.rule_wrong')}</Text>}
    </form>
  );
}

/** The named groups, to be put in order; below them those that follow by themselves, where they will stand. */
function Order({ value, places, onChange, error }: { value: string[]; places: AutoPlace[]; onChange: (next: string[]) => void; error: string | undefined }) {
  const { t } = useWords();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  const place = (id: unknown) => value.indexOf(String(id));
  const end = ({ active, over }: DragEndEvent) => {
    if (over !== null && active.id !== over.id) {
      onChange(shifted(value, place(active.id), place(over.id)));
    }
  };
  const said = (id: unknown) => ({ group: String(id), at: place(id) + 1, of: value.length });
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('keys.picked', said(active.id)),
    onDragOver: ({ active, over }) => (over === null ? undefined : t('keys.moved', { ...said(active.id), at: place(over.id) + 1 })),
    onDragEnd: ({ active, over }) => t('keys.dropped', { ...said(active.id), at: place(over?.id ?? active.id) + 1 }),
    onDragCancel: ({ active }) => t('keys.drag_off', { group: String(active.id) }),
  };
  return (
    <div className={classes.stack}>
      {value.length === 0 && <Text size="sm" c="dimmed">{t('groups.auto_unnamed')}</Text>}
      <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={end} accessibility={{ announcements, screenReaderInstructions: { draggable: t('keys.drag_help') } }}>
        <SortableContext items={value} strategy={verticalListSortingStrategy}>
          <ol className={classes.order} aria-label={t('groups.auto_first')}>
            {value.map((group, at) => <Named key={group} group={group} place={places.find((one) => one.group === group)} at={at} last={value.length - 1} onMove={(by) => { onChange(shifted(value, at, at + by)); }} onRemove={() => { onChange(value.filter((one) => one !== group)); }} />)}
          </ol>
        </SortableContext>
      </DndContext>
      {error !== undefined && <Text size="sm" c="var(--mantine-color-error)">{error}</Text>}
      <h3 className={classes.then}>{t('groups.auto_then')}</h3>
      <ol className={classes.rest} aria-label={t('groups.auto_then')} start={value.length + 1}>
        {restOf(places, value).map((one) => (
          <li key={one.group} data-off={one.status !== 'active' || one.channels === 0 || undefined}>
            <span className={classes.memberText}><Link to={`/groups/${one.group}`}>{one.group}</Link><Standing place={one} /></span>
            <Button size="compact-xs" variant="subtle" aria-label={`${t('groups.put_first')}: ${one.group}`} onClick={() => { onChange([...value, one.group]); }}>{t('groups.put_first')}</Button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Why it stands where it stands, and what keeps calls from it. */
function Standing({ place }: { place: AutoPlace }) {
  const { t } = useWords();
  return (
    <span className={classes.standing}>
      <span className="figures">{t('groups.tier_factor', { tier: place.auto_tier, factor: place.multiplier })}</span>
      {place.status !== 'active' && <Pill tone="warn">{t(`groups.${place.status}`)}</Pill>}
      {place.visibility === 'restricted' && <Pill>{t('groups.only_tags', { tags: place.tags.length === 0 ? '–' : place.tags.join(', ') })}</Pill>}
      {place.channels === 0 && <Pill tone="warn">{t('groups.without_channels')}</Pill>}
    </span>
  );
}

function Named({ group, place, at, last, onMove, onRemove }: { group: string; place: AutoPlace | undefined; at: number; last: number; onMove: (by: number) => void; onRemove: () => void }) {
  const { t } = useWords();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: group });
  return (
    <li ref={setNodeRef} className={classes.member} data-dragging={isDragging || undefined} style={{ transform: CSS.Translate.toString(transform), transition }}>
      <button type="button" ref={setActivatorNodeRef} className={classes.grip} {...attributes} {...listeners} aria-label={t('keys.drag', { group })}><Icon name="grip" weight={2.600} /></button>
      <span className={classes.memberText}><Link to={`/groups/${group}`}>{group}</Link>{place === undefined ? <Pill tone="warn">{t('groups.never_picked')}</Pill> : <Standing place={place} />}</span>
      <span className={classes.memberActs}>
        <ActionIcon aria-label={t('keys.move_up', { group })} disabled={at === 0} onClick={() => { onMove(-1); }}><Icon name="up" size={16} /></ActionIcon>
        <ActionIcon aria-label={t('keys.move_down', { group })} disabled={at === last} onClick={() => { onMove(1); }}><Icon name="down" size={16} /></ActionIcon>
        <ActionIcon aria-label={t('groups.unname', { name: group })} onClick={onRemove}><Icon name="cross" size={16} /></ActionIcon>
      </span>
    </li>
  );
}

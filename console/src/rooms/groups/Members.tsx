import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type Announcements, type DragEndEvent } from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Checkbox, NumberInput, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Icon } from '@/kit/Icon';
import { Loading, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import type { Condition } from '@/rooms/health/calls';
import { Standing } from '@/rooms/health/Standing';
import { groups as door } from './calls';
import { moved, type Place } from './order';
import classes from './groups.module.css';

/** The channels of a group in the order in which they are tried: by pointer, by keyboard, or by the arrows. */
export function Members({ value, onChange, error }: { value: Place[]; onChange: (next: Place[]) => void; error?: string | undefined }) {
  const { t } = useWords();
  const known = useQuery({ queryKey: ['channels', 'names'], queryFn: door.channels });
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  if (known.data === undefined) {
    return known.isError ? <Trouble failure={known.error} retry={() => { void known.refetch(); }} /> : <Loading rows={3} />;
  }

  const place = (channel: string) => value.findIndex((one) => one.channel === channel);
  const end = ({ active, over }: DragEndEvent) => {
    if (over !== null && active.id !== over.id) {
      onChange(moved(value, place(String(active.id)), place(String(over.id))));
    }
  };
  const said = (id: unknown) => ({ group: String(id), at: place(String(id)) + 1, of: value.length });
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('keys.picked', said(active.id)),
    onDragOver: ({ active, over }) => (over === null ? undefined : t('keys.moved', { ...said(active.id), at: place(String(over.id)) + 1 })),
    onDragEnd: ({ active, over }) => t('keys.dropped', { ...said(active.id), at: place(String(over?.id ?? active.id)) + 1 }),
    onDragCancel: ({ active }) => t('keys.drag_off', { group: String(active.id) }),
  };
  const left = known.data.filter((channel) => place(channel.name) < 0);
  return (
    <div className={classes.stack}>
      {value.length === 0 && <Text size="sm" c="dimmed">{t('groups.no_members')}</Text>}
      <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={end} accessibility={{ announcements, screenReaderInstructions: { draggable: t('keys.drag_help') } }}>
        <SortableContext items={value.map((one) => one.channel)} strategy={verticalListSortingStrategy}>
          <ol className={classes.order} aria-label={t('groups.channels')}>
            {value.map((one, at) => {
              const channel = known.data.find(({ name }) => name === one.channel);
              return (
                <Row
                  key={one.channel} value={one} at={at} last={value.length - 1} id={channel?.id} state={channel?.state}
                  onChange={(change) => { onChange(value.map((other, index) => (index === at ? { ...other, ...change } : other))); }}
                  onMove={(by) => { onChange(moved(value, at, at + by)); }} onRemove={() => { onChange(moved(value.filter((_, index) => index !== at), 0, 0)); }}
                />
              );
            })}
          </ol>
        </SortableContext>
      </DndContext>
      <Select
        aria-label={t('groups.add_member')} placeholder={left.length > 0 ? t('groups.add_member') : t('groups.all_members')} disabled={left.length === 0} searchable value={null} maw={360} error={error}
        data={left.map(({ name }) => name)} leftSection={<Icon name="plus" size={16} />} onChange={(name) => { if (name !== null) onChange([...value, { channel: name, weight: 10, beside: false }]); }}
      />
    </div>
  );
}

interface RowProps {
  value: Place;
  at: number;
  last: number;
  id: number | undefined;
  state: Condition | undefined;
  onChange: (change: Partial<Place>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function Row({ value, at, last, id, state, onChange, onMove, onRemove }: RowProps) {
  const { t } = useWords();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: value.channel });
  const group = value.channel;
  return (
    <li ref={setNodeRef} className={classes.member} data-dragging={isDragging || undefined} data-beside={value.beside || undefined} style={{ transform: CSS.Translate.toString(transform), transition }}>
      <button type="button" ref={setActivatorNodeRef} className={classes.grip} {...attributes} {...listeners} aria-label={t('keys.drag', { group })}><Icon name="grip" weight={2.600} /></button>
      <span className={classes.memberText}>{id === undefined ? <b>{group}</b> : <Link to={`/channels/${String(id)}`}>{group}</Link>}{state !== undefined && <Standing state={state} quiet />}</span>
      <span className={classes.memberInputs}>
        {at > 0 && <Checkbox label={t('groups.beside')} checked={value.beside} onChange={(change) => { onChange({ beside: change.currentTarget.checked }); }} />}
        <NumberInput aria-label={t('groups.weight_of', { name: group })} leftSection={<Text size="xs" c="dimmed">{t('groups.weight')}</Text>} leftSectionWidth={64} w={128} min={0} max={1000} value={value.weight} onChange={(next) => { onChange({ weight: next === '' ? 0 : Number(next) }); }} hideControls />
      </span>
      <span className={classes.memberActs}>
        <ActionIcon aria-label={t('keys.move_up', { group })} disabled={at === 0} onClick={() => { onMove(-1); }}><Icon name="up" size={16} /></ActionIcon>
        <ActionIcon aria-label={t('keys.move_down', { group })} disabled={at === last} onClick={() => { onMove(1); }}><Icon name="down" size={16} /></ActionIcon>
        <ActionIcon aria-label={t('keys.remove_group', { group })} onClick={onRemove}><Icon name="cross" size={16} /></ActionIcon>
      </span>
    </li>
  );
}

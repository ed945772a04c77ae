import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type Announcements, type DragEndEvent } from '@dnd-kit/core';
import { arrayMove, SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Input, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { me } from '@/kit/api/session';
import type { Group } from '@/kit/api/shapes';
import { Icon } from '@/kit/Icon';
import { Loading, Pill, Trouble } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import classes from './keys.module.css';

interface GroupOrderProps {
  value: string[];
  onChange: (groups: string[]) => void;
  error?: string | undefined;
}

/** Groups in the order in which they are tried: by pointer, by keyboard, or by the arrows. */
export function GroupOrder({ value, onChange, error }: GroupOrderProps) {
  const { t } = useWords();
  const known = useQuery({ queryKey: ['groups'], queryFn: me.groups });
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  if (known.isPending) {
    return <Loading rows={3} />;
  }

  if (known.isError) {
    return <Trouble failure={known.error} retry={() => { void known.refetch(); }} />;
  }

  const groups = known.data.items;
  const place = (group: string) => value.indexOf(group) + 1;
  const move = (from: number, to: number) => { onChange(arrayMove(value, from, to)); };
  const end = ({ active, over }: DragEndEvent) => {
    if (over !== null && active.id !== over.id) {
      move(value.indexOf(String(active.id)), value.indexOf(String(over.id)));
    }
  };
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('keys.picked', { group: active.id, at: place(String(active.id)), of: value.length }),
    onDragOver: ({ active, over }) => (over === null ? undefined : t('keys.moved', { group: active.id, at: place(String(over.id)), of: value.length })),
    onDragEnd: ({ active, over }) => t('keys.dropped', { group: active.id, at: place(String(over?.id ?? active.id)) }),
    onDragCancel: ({ active }) => t('keys.drag_off', { group: active.id }),
  };
  const left = groups.filter((group) => !value.includes(group.name));
  return (
    <Input.Wrapper label={t('keys.groups')} description={t('keys.groups_hint')} error={error} labelElement="div">
      <Stack gap="xs" mt="xs">
        <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={end} accessibility={{ announcements, screenReaderInstructions: { draggable: t('keys.drag_help') } }}>
          <SortableContext items={value} strategy={verticalListSortingStrategy}>
            <ol className={classes.order} aria-label={t('keys.groups')}>
              {value.map((name, at) => (
                <Row
                  key={name} name={name} at={at} last={value.length - 1} group={groups.find((group) => group.name === name)}
                  onMove={(by) => { move(at, at + by); }} onRemove={() => { onChange(value.filter((one) => one !== name)); }}
                />
              ))}
            </ol>
          </SortableContext>
        </DndContext>
        <Select
          aria-label={t('keys.add_group')} placeholder={left.length > 0 ? t('keys.add_group') : t('keys.all_chosen')} disabled={left.length === 0} searchable value={null} error={error !== undefined}
          data={left.map((group) => ({ value: group.name, label: group.name }))} leftSection={<Icon name="plus" size={16} />}
          onChange={(name) => { if (name !== null) onChange([...value, name]); }}
          renderOption={({ option }) => <Choice group={left.find((group) => group.name === option.value)} />}
        />
      </Stack>
    </Input.Wrapper>
  );
}

function State({ group }: { group: Group | undefined }) {
  const { t } = useWords();
  return group?.status === 'paused' || group?.status === 'expired' ? <Pill tone="warn">{t(group.status === 'paused' ? 'keys.group_paused' : 'keys.group_expired')}</Pill> : null;
}

function Factor({ group }: { group: Group | undefined }) {
  const { t } = useWords();
  const formats = useFormats();
  const factor = group?.price_multiplier;
  return factor === undefined || factor === null || factor === 1 ? null : <Text size="xs" c="dimmed" className="figures" component="span">{t('keys.price', { factor: formats.count(factor) === String(factor) ? factor : factor.toString() })}</Text>;
}

function Choice({ group }: { group: Group | undefined }) {
  return (
    <div className={classes.choice}>
      <span>{group?.name} <State group={group} /></span>
      <Text size="xs" c="dimmed">{group?.common_use}</Text>
    </div>
  );
}

function Row({ name, at, last, group, onMove, onRemove }: { name: string; at: number; last: number; group: Group | undefined; onMove: (by: number) => void; onRemove: () => void }) {
  const { t } = useWords();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: name });
  return (
    <li ref={setNodeRef} className={classes.group} data-dragging={isDragging || undefined} style={{ transform: CSS.Translate.toString(transform), transition }}>
      <button type="button" ref={setActivatorNodeRef} className={classes.grip} {...attributes} {...listeners} aria-label={t('keys.drag', { group: name })}><Icon name="grip" weight={2.600} /></button>
      <span className={classes.place} aria-hidden="true">{at + 1}</span>
      <span className={classes.groupText}>
        <span className={classes.groupName}>{name} <Factor group={group} /> <State group={group} /></span>
        {group?.common_use !== undefined && <Text size="xs" c="dimmed" component="span">{group.common_use}</Text>}
      </span>
      <span className={classes.groupActs}>
        <ActionIcon aria-label={t('keys.move_up', { group: name })} disabled={at === 0} onClick={() => { onMove(-1); }}><Icon name="up" size={16} /></ActionIcon>
        <ActionIcon aria-label={t('keys.move_down', { group: name })} disabled={at === last} onClick={() => { onMove(1); }}><Icon name="down" size={16} /></ActionIcon>
        <ActionIcon aria-label={t('keys.remove_group', { group: name })} onClick={onRemove}><Icon name="cross" size={16} /></ActionIcon>
      </span>
    </li>
  );
}

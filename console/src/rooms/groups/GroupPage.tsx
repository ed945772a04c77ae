import { Button, Tabs } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Versioned } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';
import { Confirm } from '@/kit/Confirm';
import { NotFound } from '@/kit/ErrorBoundary';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Page, Section } from '@/kit/Page';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { FormEnd } from '@/rooms/channels/FormEnd';
import { AutoPart } from './Auto';
import { Basics } from './Basics';
import { groups as door, type Group } from './calls';
import { Explain } from './Explain';
import { StatusPill } from './Groups';
import { Lifecycle } from './Lifecycle';
import { Members } from './Members';
import { membersOf, placesOf } from './order';
import { Prices } from './Prices';
import { Use } from './Use';
import classes from './groups.module.css';

export interface PartProps {
  read: Versioned<Group>;
  onSaved: (next: Versioned<Group>) => void;
  reload: () => void;
}

const parts = { channels: Channels, basics: Basics, lifecycle: Lifecycle, prices: Prices, use: Use, explain: Explain } as const;
type Part = keyof typeof parts;
/** auto has no channels and no prices of its own; how it picks stands in their place, and what an explanation says beside it. */
const partsOfAuto = { channels: AutoPart, basics: Basics, lifecycle: Lifecycle, use: Use, explain: AutoPart } as const;

export default function GroupPage() {
  const { t } = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { name = '', part = 'channels' } = useParams();
  const [removing, setRemoving] = useState(false);
  // Not read anew behind the back of somebody who types.
  const group = useQuery({ queryKey: ['group', name], queryFn: () => door.read(name), staleTime: Infinity, gcTime: 0 });
  if (!Object.hasOwn(parts, part) || (group.error instanceof Problem && group.error.status === 404)) {
    return <NotFound />;
  }

  const up = { to: '/groups', title: t('groups.title') };
  if (group.data === undefined) {
    return <Page title={name} up={up}>{group.isError ? <Trouble failure={group.error} retry={() => { void group.refetch(); }} /> : <Loading rows={8} />}</Page>;
  }

  const { value, etag } = group.data;
  const isAuto = value.name === 'auto';
  if (isAuto && !Object.hasOwn(partsOfAuto, part)) {
    return <NotFound />;
  }

  const here: Partial<Record<Part, (props: PartProps) => ReactNode>> = isAuto ? partsOfAuto : parts;
  const shown = isAuto && part === 'explain' ? 'channels' : part;
  const saved = (next: Versioned<Group>) => {
    client.setQueryData(['group', name], next);
    void client.invalidateQueries({ queryKey: ['groups'] });
    void client.invalidateQueries({ queryKey: ['group-use', name] });
    toastDone(t('acts.saved'));
  };
  return (
    <Page
      title={value.name} up={up} lead={<><StatusPill status={value.status} /> {value.common_use}</>}
      actions={isAuto ? undefined : <Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => { setRemoving(true); }}>{t('acts.remove')}</Button>}
    >
      <Tabs value={shown} onChange={(next) => { void navigate(`/groups/${value.name}${next === null || next === 'channels' ? '' : `/${next}`}`, { replace: true }); }} keepMounted={false}>
        <Tabs.List className={classes.tabs} mb="lg">{(Object.keys(here) as Part[]).filter((one) => !isAuto || one !== 'explain').map((one) => <Tabs.Tab key={one} value={one}>{t(isAuto && one === 'channels' ? 'groups.part_picks' : `groups.part_${one}`)}</Tabs.Tab>)}</Tabs.List>
        {Object.entries(here).map(([one, Shown]) => <Tabs.Panel key={one} value={one}><Shown key={etag} read={group.data} onSaved={saved} reload={() => { void group.refetch(); }} /></Tabs.Panel>)}
      </Tabs>
      <Confirm
        opened={removing} title={t('groups.remove_title', { name: value.name })} text={t('groups.remove_text')} act={t('acts.remove')} onClose={() => { setRemoving(false); }}
        run={async () => {
          await door.drop(value.name, etag ?? '*');
          await client.invalidateQueries({ queryKey: ['groups'] });
          toastDone(t('groups.removed', { name: value.name }));
          await navigate('/groups');
        }}
      />
    </Page>
  );
}

function Channels({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const group = read.value;
  const form = useForm({ channels: placesOf(group.channels) }, () => ({}), async (fields) => { onSaved(await door.change(group.name, { channels: membersOf(fields.channels) }, read.etag ?? '*')); });
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.stack}>
      <Section title={t('groups.channels')} lead={t('groups.members_lead')}><Members value={form.values.channels} onChange={(next) => { form.set('channels', next); }} error={form.errors.channels} /></Section>
      <FormEnd failure={form.failure} busy={form.busy} reload={reload} />
    </form>
  );
}

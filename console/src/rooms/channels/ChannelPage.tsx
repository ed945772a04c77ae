import { Button, Group, Switch, Tabs, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Versioned } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';
import { NotFound } from '@/kit/ErrorBoundary';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Loading, Trouble, useProblemText } from '@/kit/States';
import { toastDone, toastFailed } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { Basics } from './Basics';
import { channels as door, type Channel } from './calls';
import { Capabilities } from './Capabilities';
import { Credentials } from './Credentials';
import { ChannelHealth } from './ChannelHealth';
import { Models } from './Models';
import { Overrides } from './Overrides';
import { RemoveChannel } from './RemoveChannel';
import { Trials } from './Trials';
import classes from './channels.module.css';

export interface PartProps {
  read: Versioned<Channel>;
  /** What an answer brought stands in place of what was read. */
  onSaved: (next: Versioned<Channel>) => void;
  reload: () => void;
}

const parts = { basics: Basics, credentials: Credentials, models: Models, capabilities: Capabilities, overrides: Overrides, test: Trials, health: ChannelHealth } as const;
type Part = keyof typeof parts;

export default function ChannelPage() {
  const { t } = useWords();
  const { id = '', part = 'basics' } = useParams();
  const client = useQueryClient();
  // Not read anew behind the back of somebody who types.
  const channel = useQuery({ queryKey: ['channel', id], queryFn: () => door.read(id), staleTime: Infinity, gcTime: 0 });
  if (!Object.hasOwn(parts, part) || (channel.error instanceof Problem && channel.error.status === 404)) {
    return <NotFound />;
  }

  if (channel.data === undefined) {
    return <Page title={t('channels.title')} up={{ to: '/channels', title: t('channels.title') }}>{channel.isError ? <Trouble failure={channel.error} retry={() => { void channel.refetch(); }} /> : <Loading rows={8} />}</Page>;
  }

  return (
    <Shown
      part={part as Part} read={channel.data} reload={() => { void channel.refetch(); }}
      onSaved={(next) => {
        client.setQueryData(['channel', id], next);
        void client.invalidateQueries({ queryKey: ['channels'] });
      }}
    />
  );
}

function Shown({ part, read, onSaved, reload }: PartProps & { part: Part }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const text = useProblemText();
  const [removing, setRemoving] = useState(false);
  const [busy, setBusy] = useState(false);
  const channel = read.value;
  const flip = async () => {
    setBusy(true);
    try {
      onSaved(await door.change(channel.id, { enabled: !channel.enabled }, read.etag ?? '*'));
      toastDone(t(channel.enabled ? 'channels.now_off' : 'channels.now_on', { name: channel.name }));
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title={channel.name} up={{ to: '/channels', title: t('channels.title') }}
      lead={<>{channel.type}{channel.address != null && <Text component="span" size="sm" ff="monospace" ml="sm" style={{ overflowWrap: 'anywhere' }}>{channel.address}</Text>}</>}
      actions={<Group gap="md"><Switch checked={channel.enabled} disabled={busy} onChange={() => { void flip(); }} label={t('channels.enabled')} /><Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => { setRemoving(true); }}>{t('acts.remove')}</Button></Group>}
    >
      <Tabs value={part} onChange={(next) => { void navigate(`/channels/${String(channel.id)}${next === null || next === 'basics' ? '' : `/${next}`}`, { replace: true }); }} keepMounted={false}>
        <Tabs.List className={classes.tabs} mb="lg">{(Object.keys(parts) as Part[]).map((name) => <Tabs.Tab key={name} value={name}>{t(`channels.part_${name}`)}</Tabs.Tab>)}</Tabs.List>
        {Object.entries(parts).map(([name, Part]) => <Tabs.Panel key={name} value={name}><Part key={read.etag} read={read} onSaved={onSaved} reload={reload} /></Tabs.Panel>)}
      </Tabs>
      {removing && <RemoveChannel id={channel.id} name={channel.name} groups={channel.groups} onClose={() => { setRemoving(false); }} onGone={() => { void navigate('/channels'); }} />}
    </Page>
  );
}

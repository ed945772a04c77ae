import { ActionIcon, Alert as Note, Button, Code, Menu, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/Icon';
import { SecretOnce } from '@/kit/SecretOnce';
import { Empty, Pill, useProblemText } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { toastDone, toastFailed } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { targets as door, type Target, type Tried } from './calls';
import { useKindName } from './kinds';
import { TargetForm } from './TargetForm';
import classes from './alerts.module.css';

export function Targets() {
  const { t } = useWords();
  const client = useQueryClient();
  const text = useProblemText();
  const kindName = useKindName();
  const [search, setSearch] = useSearchParams();
  const list = useList<Target>('alert-targets', door.list, [], 'name');
  const [edited, setEdited] = useState<Target>();
  const [doomed, setDoomed] = useState<Target>();
  const [turned, setTurned] = useState<Target>();
  const [secret, setSecret] = useState<string>();
  const [tried, setTried] = useState<{ target: Target; answer: Tried }>();
  const asking = search.get('new') !== null;
  const fresh = () => client.invalidateQueries({ queryKey: ['alert-targets'] });
  const ask = (open: boolean) => { setSearch(open ? { new: '1' } : {}, { replace: true }); };
  const test = async (target: Target) => {
    setTried(undefined);
    try {
      setTried({ target, answer: await door.test(target.id) });
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const columns: Column<Target>[] = [
    { id: 'name', title: t('alerts.name'), main: true, render: (target) => <div className={classes.what}><Text fw={560} component="span">{target.name}</Text><Text size="xs" c="dimmed" className={classes.address}>{target.address}</Text></div> },
    { id: 'type', title: t('alerts.type'), render: (target) => <span className={classes.type}><Icon name={target.type === 'email' ? 'mail' : 'link'} size={16} />{t(`alerts.${target.type}`)}</span> },
    { id: 'kinds', title: t('alerts.kinds'), render: (target) => <Text size="sm" component="span">{target.kinds.length === 0 ? t('alerts.all_kinds') : target.kinds.map(kindName).join(', ')}</Text> },
    { id: 'state', title: t('alerts.state'), render: (target) => <Pill tone={target.enabled ? 'good' : 'warn'}>{t(target.enabled ? 'alerts.active' : 'alerts.paused')}</Pill> },
  ];
  const create = <Button leftSection={<Icon name="plus" size={16} />} onClick={() => { ask(true); }}>{t('alerts.add_target')}</Button>;
  return (
    <Stack gap="md">
      {secret !== undefined && <SecretOnce title={t('alerts.secret_title')} text={t('alerts.secret_text')} label={t('alerts.secret_label')} secret={secret} />}
      {tried !== undefined && (
        <Note role="status" withCloseButton closeButtonLabel={t('acts.close')} onClose={() => { setTried(undefined); }} color={tried.answer.delivered ? 'accent' : 'red'} icon={<Icon name={tried.answer.delivered ? 'check' : 'warn'} />} title={t(tried.answer.delivered ? 'alerts.test_done' : 'alerts.test_failed', { name: tried.target.name })}>
          <Text size="xs" c="dimmed" mb={4}>{t('alerts.test_answer', { ms: tried.answer.milliseconds })}</Text>
          <Code block className={classes.raw ?? ''}>{tried.answer.answer}</Code>
        </Note>
      )}
      <DataTable
        label={t('alerts.targets')} name="alert-targets" list={list} columns={columns} rowKey={(target) => target.id}
        empty={<Empty icon="send" title={t('alerts.targets_empty')} text={t('alerts.targets_empty_text')} action={create} />} filters={create}
        actions={(target) => (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon aria-label={t('acts.actions', { name: target.name })}><Icon name="dots" weight={2.6} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Icon name="send" size={16} />} onClick={() => { void test(target); }}>{t('alerts.test')}</Menu.Item>
              <Menu.Item leftSection={<Icon name="edit" size={16} />} onClick={() => { setEdited(target); }}>{t('acts.edit')}</Menu.Item>
              {target.type === 'webhook' && <Menu.Item leftSection={<Icon name="refresh" size={16} />} onClick={() => { setTurned(target); }}>{t('alerts.rotate')}</Menu.Item>}
              <Menu.Item c="var(--mantine-color-error)" leftSection={<Icon name="trash" size={16} />} onClick={() => { setDoomed(target); }}>{t('acts.remove')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      />
      <Modal opened={asking} onClose={() => { ask(false); }} title={<Text fw={650} size="lg" component="span">{t('alerts.add_target')}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        <TargetForm onDone={(made) => { ask(false); setSecret(made.secret ?? undefined); void fresh(); toastDone(t('alerts.target_added', { name: made.name })); }} />
      </Modal>
      <Modal opened={edited !== undefined} onClose={() => { setEdited(undefined); }} title={<Text fw={650} size="lg" component="span">{t('alerts.edit_target', { name: edited?.name ?? '' })}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        {edited !== undefined && <TargetForm present={edited} onDone={(kept) => { setEdited(undefined); void fresh(); toastDone(t('alerts.target_saved', { name: kept.name })); }} />}
      </Modal>
      <Confirm
        opened={turned !== undefined} danger={false} title={t('alerts.rotate_title', { name: turned?.name ?? '' })} text={t('alerts.rotate_text')} act={t('alerts.rotate')} onClose={() => { setTurned(undefined); }}
        run={async () => { if (turned !== undefined) { setSecret((await door.rotate(turned.id)).secret); await fresh(); } }}
      />
      <Confirm
        opened={doomed !== undefined} title={t('alerts.remove_title', { name: doomed?.name ?? '' })} text={t('alerts.remove_text')} act={t('acts.remove')} onClose={() => { setDoomed(undefined); }}
        run={async () => { if (doomed !== undefined) { const { etag } = await door.read(doomed.id); await door.drop(doomed.id, etag ?? '*'); await fresh(); toastDone(t('alerts.removed', { name: doomed.name })); } }}
      />
    </Stack>
  );
}

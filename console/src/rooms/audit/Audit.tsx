import { Group, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Empty, Pill } from '@/kit/States';
import { DataTable, type Column } from '@/kit/table/DataTable';
import { useList } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import { audit as door } from './calls';
import classes from './audit.module.css';

type Line = Shape<'AuditLine'>;

/** Every change, by whatever door: who, when, from what to what. */
export default function Audit() {
  const { t } = useWords();
  const formats = useFormats();
  const list = useList<Line>('audit', door.list, ['actor', 'subject', 'action', 'from', 'to'], '-at');
  const columns: Column<Line>[] = [
    { id: 'subject', title: t('audit.what'), main: true, render: (line) => <span className={classes.what}><Pill tone={line.action === 'removed' || line.action === 'revoked' ? 'bad' : line.action === 'created' ? 'good' : 'plain'}>{line.action}</Pill> <Text span fw={560}>{line.subject}</Text>{line.subject_name != null && <Text span size="sm" c="dimmed">{line.subject_name}</Text>}</span> },
    { id: 'changes', title: t('audit.changes'), render: (line) => <Changes line={line} /> },
    { id: 'actor', title: t('audit.who'), render: (line) => <span className={classes.who}>{line.actor}<Text span size="xs" c="dimmed">{[line.how, line.address].filter(Boolean).join(' · ')}</Text></span> },
    { id: 'at', title: t('audit.when'), render: (line) => <span title={formats.ago(line.at)}>{formats.moment(line.at)}</span> },
  ];
  return (
    <Page title={t('audit.title')} lead={t('audit.lead')}>
      <DataTable
        label={t('audit.title')} name="audit" list={list} columns={columns} rowKey={(line) => line.id} empty={<Empty icon="history" title={t('audit.empty')} text={t('audit.empty_text')} />}
        filters={<>
          <Find list={list} name="actor" label={t('audit.who')} />
          <Find list={list} name="subject" label={t('audit.subject')} />
          <Group gap={6} wrap="nowrap">
            <TextInput type="date" aria-label={t('audit.from')} value={list.filters.from?.slice(0, 10) ?? ''} onChange={(change) => { list.setFilter('from', change.currentTarget.value === '' ? '' : `${change.currentTarget.value}T00:00:00Z`); }} />
            <span aria-hidden="true">–</span>
            <TextInput type="date" aria-label={t('audit.to')} value={list.filters.to?.slice(0, 10) ?? ''} onChange={(change) => { list.setFilter('to', change.currentTarget.value === '' ? '' : `${change.currentTarget.value}T23:59:59Z`); }} />
          </Group>
        </>}
      />
    </Page>
  );
}

function Find({ list, name, label }: { list: ReturnType<typeof useList<Line>>; name: 'actor' | 'subject'; label: string }) {
  const [text, setText] = useState(list.filters[name] ?? '');
  const search = useDebouncedCallback((value: string) => { list.setFilter(name, value.trim()); }, 300);
  return <TextInput className={classes.find ?? ''} aria-label={label} placeholder={label} leftSection={<Icon name="search" size={16} />} value={text} onChange={(change) => { setText(change.currentTarget.value); search(change.currentTarget.value); }} />;
}

function Changes({ line }: { line: Line }) {
  const { t } = useWords();
  return (
    <ul className={classes.changes}>
      {line.changes.map((one, index) => (
        <li key={index}>
          {one.field == null ? one.note : <><code>{one.field}</code> <s>{one.before ?? t('audit.none')}</s> <span aria-label={t('audit.becomes')}>→</span> <b>{one.after ?? t('audit.none')}</b></>}
        </li>
      ))}
    </ul>
  );
}

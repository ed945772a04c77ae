import { Button, CloseButton, Popover, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '@/kit/Icon';
import type { ListState } from '@/kit/table/useList';
import { useFormats, useWords } from '@/kit/words';
import type { CallItem, Scope } from './calls';
import { dialects, filterNames, operatorFilters, outcomes, spans, type FilterName, type SpanName } from './filters';
import { useOutcomeWord } from './Outcome';
import classes from './log.module.css';

const typed: readonly FilterName[] = ['model', 'group', 'channel', 'user', 'key', 'status', 'error_code', 'min_ms', 'min_charge_usd', 'request_id'];

/** What is asked for: the most used as inputs, all that is set as chips that take it back. */
export function LogFilters({ scope, list }: { scope: Scope; list: ListState<CallItem> }) {
  const { t } = useWords();
  const formats = useFormats();
  const outcomeWord = useOutcomeWord();
  const [opened, setOpened] = useState(false);
  const offered = typed.filter((name) => scope === 'all' || !operatorFilters.includes(name));
  const words: Partial<Record<FilterName, (value: string) => string>> = {
    span: (value) => (value in spans ? t(`log.spans.${value as SpanName}`) : value),
    outcome: outcomeWord,
    stream: (value) => t(value === 'true' ? 'states.yes' : 'states.no'),
    min_ms: (value) => formats.duration(Number(value)),
    min_charge_usd: (value) => formats.money(Number(value)),
    from: formats.moment,
    to: formats.moment,
  };
  const set = filterNames.filter((name) => (list.filters[name] ?? '') !== '' && name !== 'span' && name !== 'outcome');
  return (
    <>
      <Select
        aria-label={t('log.span')} w={150} allowDeselect={false} value={list.filters.span ?? ''} onChange={(value) => { list.setFilter('span', value ?? ''); }}
        data={[{ value: '', label: t('log.any_time') }, ...(Object.keys(spans) as SpanName[]).map((value) => ({ value, label: t(`log.spans.${value}`) }))]}
      />
      <Select
        aria-label={t('log.outcome')} w={150} allowDeselect={false} value={list.filters.outcome ?? ''} onChange={(value) => { list.setFilter('outcome', value ?? ''); }}
        data={[{ value: '', label: t('log.any_outcome') }, ...outcomes.map((value) => ({ value, label: outcomeWord(value) }))]}
      />
      <Popover opened={opened} onChange={setOpened} position="bottom-start" width={320} trapFocus returnFocus shadow="md">
        <Popover.Target><Button variant="default" leftSection={<Icon name="filter" size={16} />} onClick={() => { setOpened((before) => !before); }}>{t('log.filter')}</Button></Popover.Target>
        <Popover.Dropdown>
          <FilterForm
            names={offered} values={list.filters}
            onDone={(changes) => {
              setOpened(false);
              list.setFilters(changes);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      {set.map((name) => (
        <span key={name} className={classes.chip}>
          <span className={classes.chipName}>{t(`log.names.${name}`)}</span>{words[name]?.(list.filters[name] ?? '') ?? list.filters[name]}
          <CloseButton size="xs" aria-label={t('log.drop', { name: t(`log.names.${name}`) })} onClick={() => { list.setFilter(name, ''); }} />
        </span>
      ))}
    </>
  );
}

function FilterForm({ names, values, onDone }: { names: readonly FilterName[]; values: Record<string, string>; onDone: (changes: Record<string, string>) => void }) {
  const { t } = useWords();
  const [draft, setDraft] = useState<Record<string, string>>({});
  const value = (name: string) => draft[name] ?? values[name] ?? '';
  const put = (name: string, text: string) => { setDraft((before) => ({ ...before, [name]: text })); };
  return (
    <form onSubmit={(event) => { event.preventDefault(); onDone(Object.fromEntries(Object.entries(draft).map(([name, text]) => [name, text.trim()]))); }}>
      <Stack gap="xs">
        {names.map((name) => (
          <TextInput
            key={name} size="xs" label={t(`log.names.${name}`)} placeholder={t(`log.hints.${name as 'model'}`)} value={value(name)} inputMode={name.startsWith('min_') ? 'decimal' : 'text'}
            onChange={(event) => { put(name, event.currentTarget.value); }}
          />
        ))}
        <Select size="xs" label={t('log.names.dialect')} clearable placeholder={t('log.hints.dialect')} value={value('dialect') || null} onChange={(next) => { put('dialect', next ?? ''); }} data={[...dialects]} comboboxProps={{ withinPortal: false }} />
        <Button type="submit" size="sm" mt="xs">{t('log.apply')}</Button>
      </Stack>
    </form>
  );
}

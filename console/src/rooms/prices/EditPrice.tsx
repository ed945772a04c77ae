import { Button, Checkbox, Group, NumberInput, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Problem } from '@/kit/api/problem';
import { Caution, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { prices, type Preview } from './calls';
import { Moves } from './Moves';
import { editOf, fieldsOf, rates, type PriceFields } from './priceForm';
import classes from './prices.module.css';

type Read = Awaited<ReturnType<typeof prices.history>>;

/** A change of prices: typed, seen with all it moves, then made. */
export function EditPrice({ model, read, onDone }: { model: string; read: Read | undefined; onDone: () => void }) {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const inForce = (group: string) => read?.rows.find((row) => row.state === 'in_force' && (row.group ?? '') === group)?.price;
  const [fields, setFields] = useState<PriceFields>(() => fieldsOf(inForce('')));
  const [adding, setAdding] = useState(true);
  const [seen, setSeen] = useState<{ preview: Preview; etag: string }>();
  const [failure, setFailure] = useState<unknown>();
  const [trouble, setTrouble] = useState<string>();
  const [force, setForce] = useState(false);
  const [busy, setBusy] = useState(false);
  const change = (next: Partial<PriceFields>) => { setFields((before) => ({ ...before, ...next })); setSeen(undefined); setFailure(undefined); setTrouble(undefined); setForce(false); };
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
    } catch (refused) {
      if (refused instanceof SyntaxError) {
        setTrouble(t('prices.no_json', { why: refused.message }));
      } else {
        setFailure(refused);
      }
    } finally {
      setBusy(false);
    }
  };
  const look = () => run(async () => {
    const { value, etag } = await prices.preview(editOf(model, fields, adding));
    setSeen({ preview: value, etag: etag ?? '' });
    setForce(false);
  });
  const apply = () => run(async () => {
    if (seen === undefined) {
      return;
    }

    await prices.apply({ ...editOf(model, fields, adding), ...(force ? { force } : {}) }, seen.etag);
    await Promise.all([client.invalidateQueries({ queryKey: ['prices'] }), client.invalidateQueries({ queryKey: ['model'] }), client.invalidateQueries({ queryKey: ['models'] })]);
    toastDone(t('prices.applied', { model }));
    onDone();
  });
  const stale = failure instanceof Problem && failure.status === 412;
  const groups = [...new Set([...(read?.groups ?? []).map((group) => group.group), ...(read?.rows ?? []).map((row) => row.group ?? '')])].filter((group) => group !== '');
  const inUse = (read?.rows ?? []).filter((row) => (row.group ?? '') === fields.group && row.state !== 'retired');
  return (
    <form onSubmit={(event: FormEvent) => { event.preventDefault(); void look(); }} noValidate>
      <Stack>
        <Select label={t('prices.whose')} value={fields.group} allowDeselect={false} onChange={(group) => { change({ ...fieldsOf(inForce(group ?? '') ?? inForce(''), group ?? '') }); }} data={[{ value: '', label: t('prices.whose_model') }, ...groups.map((group) => ({ value: group, label: t('prices.whose_group', { group }) }))]} />
        <Switch label={t('prices.add_row')} description={t('prices.add_row_hint')} checked={adding} onChange={(event) => { setAdding(event.currentTarget.checked); change({}); }} />
        {adding && (
          <>
            <div className={classes.inputs}>
              <TextInput type="date" label={t('prices.from')} description={t('prices.from_hint')} value={fields.from} onChange={(event) => { change({ from: event.currentTarget.value }); }} />
              <TextInput type="date" label={t('prices.to')} description={t('prices.to_hint')} value={fields.to} onChange={(event) => { change({ to: event.currentTarget.value }); }} />
            </div>
            <div className={classes.inputs}>
              {rates.map((rate) => <NumberInput key={rate} label={t(`prices.${rate}`)} min={0} decimalScale={9} prefix="$" value={fields.rates[rate]} onChange={(value) => { change({ rates: { ...fields.rates, [rate]: value } }); }} />)}
            </div>
            <Textarea label={t('prices.more')} description={t('prices.more_hint')} autosize minRows={2} maxRows={12} value={fields.more} error={trouble} classNames={{ input: classes.mono ?? '' }} onChange={(event) => { change({ more: event.currentTarget.value }); }} />
          </>
        )}
        {inUse.length > 0 && (
          <fieldset className={classes.retire}>
            <legend>{t('prices.retire')}</legend>
            {inUse.map((row) => <Checkbox key={row.version} size="sm" checked={fields.retire.includes(row.version)} onChange={(event) => { change({ retire: event.currentTarget.checked ? [...fields.retire, row.version] : fields.retire.filter((one) => one !== row.version) }); }} label={`${row.price.from == null ? '' : formats.date(row.price.from)} · ${t(`prices.state_${row.state as 'in_force' | 'coming' | 'past'}`)} · ${t('prices.in_out', { in: row.price.input == null ? '–' : formats.money(row.price.input), out: row.price.output == null ? '–' : formats.money(row.price.output) })}`} />)}
          </fieldset>
        )}
        {failure !== undefined && !stale && <Trouble failure={failure} />}
        {stale && <Caution title={t('trouble.changed')}><Text size="sm">{t('prices.stale')}</Text><Button size="xs" variant="default" onClick={() => { void look(); }}>{t('prices.look_again')}</Button></Caution>}
        {seen === undefined
          ? <Group><Button type="submit" loading={busy}>{t('prices.preview')}</Button></Group>
          : !stale && (
            <section className={classes.preview} aria-label={t('prices.preview_title')}>
              <Text fw={620} component="h3" size="md">{t('prices.preview_title')}</Text>
              <Moves moves={seen.preview.moves} />
              {seen.preview.needs_force && <Caution title={t('prices.slip')}><ul className={classes.missing}>{[...new Set(seen.preview.moves.flatMap((move) => move.doubts))].map((doubt) => <li key={doubt}><Text size="sm">{doubt}</Text></li>)}</ul><Checkbox label={t('prices.insist')} checked={force} onChange={(event) => { setForce(event.currentTarget.checked); }} /></Caution>}
              <Group><Button loading={busy} disabled={seen.preview.needs_force && !force} onClick={() => { void apply(); }}>{t('prices.apply')}</Button><Button variant="default" onClick={() => { setSeen(undefined); }}>{t('acts.back')}</Button></Group>
            </section>
          )}
      </Stack>
    </form>
  );
}

import { ActionIcon, NumberInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { Empty } from '@/kit/States';
import { useFormats, useWords } from '@/kit/words';
import { FormEnd } from '@/rooms/channels/FormEnd';
import { groups as door } from './calls';
import type { PartProps } from './GroupPage';
import { Told } from './Told';
import classes from './groups.module.css';

const rates = ['input', 'output', 'cache_read', 'cache_write_5m'] as const;

/** The factor on all prices, and what single models cost here in place of their own price. */
export function Prices({ read, onSaved, reload }: PartProps) {
  const { t } = useWords();
  const formats = useFormats();
  const group = read.value;
  const [doomed, setDoomed] = useState<string>();
  const factor = useForm({ multiplier: group.multiplier as string | number }, () => ({}), async (fields) => { onSaved(await door.change(group.name, { multiplier: fields.multiplier === '' ? null : Number(fields.multiplier) }, read.etag ?? '*')); });
  const price = useForm(
    { model: '', price: '', input: '' as string | number, output: '' as string | number, cache_read: '' as string | number, cache_write_5m: '' as string | number },
    (fields) => ({ ...(fields.model.trim() === '' ? { model: t('session.need') } : {}), ...(fields.input === '' && fields.output === '' ? { input: t('session.need') } : {}) }),
    async (fields) => {
      const row = Object.fromEntries(rates.filter((rate) => fields[rate] !== '').map((rate) => [rate, Number(fields[rate])]));
      onSaved(await door.addPrice(group.name, { model: fields.model.trim(), price: row }, read.etag ?? '*'));
    },
  );
  return (
    <div className={classes.stack}>
      <Section title={t('groups.multiplier')} lead={t('groups.multiplier_lead')}>
        <form onSubmit={(event) => { void factor.submit(event); }} noValidate className={classes.stack}>
          <NumberInput {...factor.field('multiplier')} label={t('groups.multiplier')} description={t('groups.multiplier_hint')} min={0} decimalScale={6} maw={240} hideControls />
          {Number(factor.values.multiplier) !== group.multiplier && <Told name={group.name} stops={false} />}
          <FormEnd failure={factor.failure} busy={factor.busy} reload={reload} />
        </form>
      </Section>
      <Section title={t('groups.own')} lead={t('groups.own_lead')}>
        {group.prices.length === 0 ? <Empty icon="chart" order={3} title={t('groups.no_prices')} /> : (
          <div className={classes.scroll}>
            <table className={classes.table} aria-label={t('groups.own')}>
              <thead><tr><th scope="col">{t('groups.model')}</th>{rates.map((rate) => <th key={rate} scope="col">{t(`groups.rate_${rate}`)}</th>)}<th scope="col">{t('groups.from')}</th><th scope="col"><span className="kit-unseen">{t('nav.acts')}</span></th></tr></thead>
              <tbody>{group.prices.map((row) => {
                const said = row.price as Record<string, unknown>;
                return (
                  <tr key={row.version}>
                    <td>{row.model}<Text size="xs" c="dimmed" ff="monospace">{row.version}</Text></td>{rates.map((rate) => <td key={rate} className="figures">{typeof said[rate] === 'number' ? formats.money(said[rate]) : '–'}</td>)}<td>{typeof said.from === 'string' ? formats.date(said.from) : '–'}</td>
                    <td><ActionIcon aria-label={t('groups.retire', { name: row.model })} onClick={() => { setDoomed(row.version); }}><Icon name="trash" size={16} /></ActionIcon></td>
                  </tr>
                );
              })}</tbody>
            </table>
          </div>
        )}
      </Section>
      {group.name !== 'auto' && (
        <Section title={t('groups.add_price')} lead={t('groups.add_price_lead')}>
          <form onSubmit={(event) => { void price.submit(event); }} noValidate className={classes.stack}>
            <TextInput {...price.field('model')} label={t('groups.model')} maw={420} autoComplete="off" spellCheck={false} />
            <div className={classes.two}>{rates.map((rate) => <NumberInput key={rate} {...price.field(rate)} label={t(`groups.rate_${rate}`)} description={t('groups.per_million')} min={0} decimalScale={9} hideControls />)}</div>
            {price.errors.price !== undefined && <Text size="sm" c="var(--mantine-color-error)" role="alert">{price.errors.price}</Text>}
            <FormEnd failure={price.failure} busy={price.busy} reload={reload} act={t('groups.add_price')} />
          </form>
        </Section>
      )}
      <Confirm opened={doomed !== undefined} title={t('groups.retire_title')} text={t('groups.retire_text')} act={t('groups.retire_act')} onClose={() => { setDoomed(undefined); }} run={async () => { onSaved(await door.dropPrice(group.name, doomed ?? '', read.etag ?? '*')); }} />
    </div>
  );
}

import { Checkbox, NumberInput, Select, Switch, TagsInput, TextInput, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { useFormats, useWords } from '@/kit/words';
import { abilities, kinds, same, type Member, type ModelFields } from './modelForm';
import classes from './models.module.css';

interface InputsProps {
  values: ModelFields;
  set: <K extends Member>(name: K, value: ModelFields[K]) => void;
  errors: Record<string, string>;
  /** What the built-in catalogue says; undefined = it does not know the model. */
  builtin: ModelFields | undefined;
  /** Above the names: the id, where it can still be chosen. */
  id?: ReactNode;
}

/** All that can be said of a model. What differs from the built-in catalogue is marked, with the way back. */
export function ModelInputs({ values, set, errors, builtin, id }: InputsProps) {
  const { t } = useWords();
  const shown = useShown();
  const says = (member: Member) => (builtin === undefined || same(member, values, builtin) ? undefined : (
    <div className={classes.says} data-member={member}>
      <span>{t('models.catalogue_says', { value: shown(member, builtin) })}</span>
      <UnstyledButton className={classes.back} aria-label={`${t('models.back')}: ${t(`models.${member}`)}`} onClick={() => { set(member, builtin[member]); }}><Icon name="turn" size={13} />{t('models.back')}</UnstyledButton>
    </div>
  ));
  const text = (member: 'display_name' | 'vendor' | 'released_on', more: { description?: string; type?: string; placeholder?: string } = {}) => (
    <div><TextInput name={member} label={t(`models.${member}`)} {...more} value={values[member]} error={errors[member]} autoComplete="off" onChange={(change) => { set(member, change.currentTarget.value); }} />{says(member)}</div>
  );
  const tokens = (member: 'context_window' | 'long_context_window' | 'max_output_tokens', hint: string) => (
    <div><NumberInput name={member} label={t(`models.${member}`)} description={hint} placeholder={t('models.unknown')} value={values[member]} error={errors[member]} min={0} allowDecimal={false} allowNegative={false} thousandSeparator="," hideControls onChange={(next) => { set(member, next); }} />{says(member)}</div>
  );
  return (
    <>
      <Section title={t('models.names')}>
        <div className={classes.stack}>
          {id}
          <div className={classes.two}>
            {text('display_name', { description: t('models.display_hint') })}
            {text('vendor', { description: t('models.vendor_hint') })}
            <div><Select label={t('models.kind')} description={t('models.kind_hint')} allowDeselect={false} value={values.kind} error={errors.kind} data={kinds.map((one) => ({ value: one, label: t(`catalog.kind_${one}`) }))} onChange={(next) => { set('kind', (next ?? 'chat') as ModelFields['kind']); }} />{says('kind')}</div>
            <div><TagsInput label={t('models.aliases')} description={t('models.aliases_hint')} value={values.aliases} error={errors.aliases} onChange={(next) => { set('aliases', next); }} />{says('aliases')}</div>
          </div>
        </div>
      </Section>
      <Section title={t('models.sizes')} lead={t(builtin === undefined ? 'models.sizes_lead' : 'models.sizes_lead_builtin')}>
        <div className={classes.three}>
          {tokens('context_window', t('models.window_hint'))}
          {tokens('long_context_window', t('models.long_hint'))}
          {tokens('max_output_tokens', t('models.output_hint'))}
        </div>
      </Section>
      <Section title={t('models.capabilities')} lead={t('models.can_lead')}>
        <Checkbox.Group aria-label={t('models.capabilities')} value={values.capabilities} error={errors.capabilities} onChange={(next) => { set('capabilities', next); }}>
          <div className={classes.abilities}>{abilities.map((one) => <Checkbox key={one} value={one} label={one === 'parallel_tools' || one === 'stateful' ? t(`models.${one}`) : t(`catalog.${one}`)} />)}</div>
        </Checkbox.Group>
        {says('capabilities')}
        {values.capabilities.length === 0 && <p className={classes.note}>{t('models.can_nothing')}</p>}
      </Section>
      <Section title={t('models.more')}>
        <div className={classes.two}>
          {text('released_on', { type: 'date', description: t('models.released_hint') })}
          <div className={classes.switch}><Switch label={t('models.open_weights')} description={t('models.open_hint')} checked={values.open_weights} onChange={(change) => { set('open_weights', change.currentTarget.checked); }} />{says('open_weights')}</div>
        </div>
      </Section>
    </>
  );
}

/** A member's value in words. */
export function useShown(): (member: Member, of: ModelFields) => string {
  const { t } = useWords();
  const formats = useFormats();
  return (member, of) => {
    switch (member) {
      case 'kind': return t(`catalog.kind_${of.kind}`);
      case 'open_weights': return t(of.open_weights ? 'catalog.open' : 'catalog.closed');
      case 'released_on': return of.released_on === '' ? t('models.unknown') : formats.date(of.released_on);
      case 'aliases': return of.aliases.length === 0 ? t('models.none') : of.aliases.join(', ');
      case 'capabilities': return of.capabilities.length === 0 ? t('models.nobody_said') : abilities.filter((one) => of.capabilities.includes(one)).map((one) => (one === 'parallel_tools' || one === 'stateful' ? t(`models.${one}`) : t(`catalog.${one}`))).join(', ');
      case 'display_name': case 'vendor': return of[member] === '' ? t('models.nobody_said') : of[member];
      default: return of[member] === '' ? t('models.unknown') : formats.count(Number(of[member]));
    }
  };
}

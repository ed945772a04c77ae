import { Accordion, NumberInput, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import type { useForm } from '@/kit/form/useForm';
import { useWords } from '@/kit/words';
import { GroupOrder } from './GroupOrder';
import { limitFields, type KeyFields } from './keyForm';
import classes from './keys.module.css';

/** The inputs of a key: new and edited ones have the same. */
export function KeyInputs({ form }: { form: ReturnType<typeof useForm<KeyFields>> }) {
  const { t } = useWords();
  const titles = { usd_per_day: t('keys.per_day'), usd_per_month: t('keys.per_month'), usd_total: t('keys.total'), rpm: t('keys.rpm'), tpm: t('keys.tpm'), concurrency: t('keys.concurrency') };
  const used = limitFields.some((name) => form.values[name] !== '' || form.errors[name] !== undefined) || form.values.expires_at !== '' || form.values.models !== '';
  return (
    <>
      <div className={`kit-card ${classes.card ?? ''}`}>
        <Stack gap="xl">
          <TextInput {...form.field('name')} label={t('keys.name')} description={t('keys.name_hint')} maxLength={100} autoComplete="off" autoFocus maw={420} />
          <GroupOrder value={form.values.groups} onChange={(groups) => { form.set('groups', groups); }} error={form.errors.groups} />
          <Switch checked={form.values.cross_group_failover} onChange={(change) => { form.set('cross_group_failover', change.currentTarget.checked); }} label={t('keys.failover')} description={t('keys.failover_hint')} />
        </Stack>
      </div>
      <Accordion className={`kit-card ${classes.more ?? ''}`} styles={{ item: { border: 0 } }} defaultValue={used ? 'limits' : null}>
        <Accordion.Item value="limits">
          <Accordion.Control>{t('keys.advanced')}</Accordion.Control>
          <Accordion.Panel>
            <Stack>
              <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
                {limitFields.map((name) => (
                  <NumberInput key={name} {...form.field(name)} label={titles[name]} placeholder={t('keys.no_limit')} min={0} allowNegative={false} allowDecimal={name.startsWith('usd')} decimalScale={name.startsWith('usd') ? 9 : 0} thousandSeparator hideControls />
                ))}
              </SimpleGrid>
              <TextInput {...form.field('expires_at')} label={`${t('keys.expiry')} (${t('acts.optional')})`} type="date" maw={240} />
              <Textarea {...form.field('models')} label={`${t('keys.models')} (${t('acts.optional')})`} description={t('keys.models_hint')} autosize minRows={2} className="kit-code-input" />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </>
  );
}

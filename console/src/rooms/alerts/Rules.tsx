import { Button, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Section } from '@/kit/Page';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { rules as door, type Rule } from './calls';
import { useKindName, type Kind } from './kinds';
import classes from './alerts.module.css';

type NumberName = 'share' | 'minutes' | 'least_calls' | 'factor' | 'least_usd' | 'first_level' | 'second_level' | 'threshold_usd' | 'days';

export function Rules() {
  const { t } = useWords();
  const rules = useQuery({ queryKey: ['alert-rules'], queryFn: door.list });
  return (
    <Section title={t('alerts.rules')} lead={t('alerts.rules_lead')}>
      {rules.isPending && <Loading rows={8} />}
      {rules.isError && <Trouble failure={rules.error} retry={() => { void rules.refetch(); }} />}
      <ul className={classes.rules}>{rules.data?.items.map((rule) => <RuleRow key={`${rule.kind}${JSON.stringify(rule)}`} rule={rule} />)}</ul>
    </Section>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const { t } = useWords();
  const client = useQueryClient();
  const kindName = useKindName();
  const [numbers, setNumbers] = useState<Record<string, number | string>>(() => Object.fromEntries(rule.numbers.map((one) => [one.name, one.value])));
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const changed = rule.numbers.some((one) => numbers[one.name] !== one.value);
  const wrong = rule.numbers.some((one) => typeof numbers[one.name] !== 'number');
  const send = async (body: { enabled?: boolean; numbers?: Record<string, number> }) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { etag } = await door.read(rule.kind);
      await door.change(rule.kind, body, etag ?? '*');
      await client.invalidateQueries({ queryKey: ['alert-rules'] });
      toastDone(t('alerts.rule_saved'));
    } catch (refused) {
      setFailure(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className={classes.rule}>
      <Switch checked={rule.enabled} disabled={busy} aria-label={kindName(rule.kind)} onChange={(change) => { void send({ enabled: change.currentTarget.checked }); }} />
      <Stack gap="xs" className={classes.ruleText}>
        <div><Text fw={560}>{kindName(rule.kind)}</Text><Text size="sm" c="dimmed" maw="66ch">{t(`alerts.h_${rule.kind as Exclude<Kind, 'key_budget'>}`)}</Text></div>
        {rule.numbers.length > 0 && (
          <form className={classes.numbers} onSubmit={(event) => { event.preventDefault(); void send({ numbers: numbers as Record<string, number> }); }}>
            {rule.numbers.map((one) => (
              <NumberInput
                key={one.name} label={t(`alerts.n_${one.name as NumberName}`)} value={numbers[one.name] ?? ''} min={one.least} max={one.most} step={one.most <= 1 ? 0.05 : 1} decimalScale={2} w={176} size="sm" disabled={!rule.enabled}
                onChange={(value) => { setNumbers((before) => ({ ...before, [one.name]: value })); }} {...(numbers[one.name] === one.default ? {} : { description: t('alerts.usual', { value: one.default }) })} inputWrapperOrder={['label', 'input', 'description', 'error']}
              />
            ))}
            {changed && <Button type="submit" size="sm" loading={busy} disabled={wrong} className={classes.save ?? ''}>{t('acts.save')}</Button>}
          </form>
        )}
        {failure !== undefined && <Trouble failure={failure} />}
      </Stack>
    </li>
  );
}

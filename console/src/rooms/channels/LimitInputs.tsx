import { NumberInput } from '@mantine/core';
import { useWords } from '@/kit/words';
import type { LimitName } from './limits';

interface LimitInputsProps {
  names: readonly LimitName[];
  field: (name: LimitName) => { name: string; value: string | number; error: string | undefined; onChange: (value: string | number) => void };
}

const whole = new Set<LimitName>(['rpm', 'rpd', 'tpm', 'concurrency', 'queue']);

/** Bounds of a channel, a credential or a group. */
export function LimitInputs({ names, field }: LimitInputsProps) {
  const { t } = useWords();
  return names.map((name) => (
    <NumberInput
      key={name} {...field(name)} label={t(`channels.${name}`)} description={name === 'soft' ? t('channels.soft_hint') : undefined} placeholder={t('channels.usual')} prefix={name.startsWith('usd') ? '$ ' : ''}
      min={0} allowNegative={false} allowDecimal={!whole.has(name)} decimalScale={whole.has(name) ? 0 : 9} thousandSeparator hideControls
    />
  ));
}

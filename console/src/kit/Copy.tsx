import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Icon } from './Icon';
import { useWords } from './words';

/** Copies; says so to eyes and ears. */
export function Copy({ text, label, onCopied, wide = false }: { text: string; label?: string; onCopied?: () => void; wide?: boolean }) {
  const { t } = useWords();
  const clipboard = useClipboard({ timeout: 1800 });
  const run = () => {
    clipboard.copy(text);
    onCopied?.();
  };
  const said = clipboard.copied ? t('acts.copied') : label ?? t('acts.copy');
  const icon = <Icon name={clipboard.copied ? 'check' : 'copy'} size={16} />;
  return (
    <>
      {wide
        ? <Button onClick={run} leftSection={icon}>{said}</Button>
        : <Tooltip label={said}><ActionIcon onClick={run} aria-label={label ?? t('acts.copy')} size="lg">{icon}</ActionIcon></Tooltip>}
      <span role="status" className="kit-unseen">{clipboard.copied ? t('acts.copied') : ''}</span>
    </>
  );
}

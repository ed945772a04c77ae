import { Button, Group, Text, Textarea } from '@mantine/core';
import { useMemo } from 'react';
import type { Shape } from '@/kit/api/ask';
import { Copy } from '@/kit/Copy';
import { Icon } from '@/kit/Icon';
import { Section } from '@/kit/Page';
import { useWords } from '@/kit/words';

/** Codes that were just made: to be taken along now, for the hub keeps no text of them. */
export function CodesMade({ made }: { made: Shape<'NewCodesReply'> }) {
  const { t } = useWords();
  const text = made.codes.join('\n');
  const file = useMemo(() => `data:text/csv;charset=utf-8,${encodeURIComponent(`code\r\n${made.codes.join('\r\n')}\r\n`)}`, [made]);
  return (
    <Section title={t('codes.made')} lead={t('codes.made_text')}>
      <Textarea readOnly autosize minRows={2} maxRows={10} className="kit-code-input" value={text} data-testid="codes" aria-label={t('codes.made')} />
      <Group gap="sm" mt="sm">
        <Copy text={text} wide />
        <Button component="a" variant="default" href={file} download={`codes-${made.batch}.csv`} leftSection={<Icon name="download" size={16} />}>{t('wallet.download')}</Button>
        <Text size="xs" c="dimmed">{t('codes.batch')}: <code>{made.batch}</code></Text>
      </Group>
    </Section>
  );
}

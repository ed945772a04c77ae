import { Alert, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem } from './api/problem';
import { Icon, type IconName } from './Icon';
import { useWords } from './words';
import classes from './states.module.css';

/** Nothing is there: says so, and what to do about it. */
export function Empty({ icon = 'flag', title, text, action, order = 2 }: { icon?: IconName; title: string; text?: ReactNode; action?: ReactNode; order?: 1 | 2 | 3 }) {
  return (
    <div className={classes.empty}>
      <span className={classes.badge}><Icon name={icon} size={22} /></span>
      <Title order={order}>{title}</Title>
      {text !== undefined && <Text c="dimmed" maw="46ch" ta="center">{text}</Text>}
      {action}
    </div>
  );
}

/** What a refusal says to people: the hub's own sentence, and the request's id for those who look it up. */
export function useProblemText(): (failure: unknown) => string {
  const { t } = useWords();
  return (failure) => {
    if (!(failure instanceof Problem)) {
      return t('trouble.broken_text');
    }

    switch (failure.code) {
      case 'unreachable': return t('trouble.unreachable');
      case 'not_json': return t('trouble.not_json');
      case 'not_allowed': return t('trouble.not_allowed');
      case 'too_many_tries': return t('trouble.wait', { seconds: failure.retryAfter ?? 60 });
      case 'changed_meanwhile': return t('trouble.changed_text');
      default: return failure.message;
    }
  };
}

export function Trouble({ failure, retry }: { failure: unknown; retry?: () => void }) {
  const { t } = useWords();
  const text = useProblemText();
  const refused = failure instanceof Problem ? Object.entries(failure.errors) : [];
  const request = failure instanceof Problem ? failure.requestId : undefined;
  return (
    <Alert role="alert" className={classes.trouble} icon={<Icon name="warn" />} title={t('trouble.title')}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text(failure)}</Text>
        {refused.length > 0 && <ul className={classes.fields}>{refused.map(([name, texts]) => <li key={name}><code>{name}</code> {texts.join(' ')}</li>)}</ul>}
        {request !== undefined && <Text size="xs" c="dimmed" ff="monospace">{t('trouble.request', { id: request })}</Text>}
        {retry && <Button size="xs" variant="default" onClick={retry}>{t('acts.retry')}</Button>}
      </Stack>
    </Alert>
  );
}

/** Something to know before going on; nothing failed. */
export function Caution({ title, children }: { title: string; children: ReactNode }) {
  return <Alert role="alert" className={classes.caution} icon={<Icon name="warn" />} title={title}><Stack gap="xs" align="flex-start">{children}</Stack></Alert>;
}

/** A state in a word. The word says it; the colour only helps. */
export function Pill({ tone = 'plain', children }: { tone?: 'plain' | 'good' | 'warn' | 'bad'; children: ReactNode }) {
  return <span className={classes.pill} data-tone={tone}>{children}</span>;
}

/** Keeps the room of what is still on its way, so that nothing jumps when it comes. */
export function Loading({ rows = 4, height = 20 }: { rows?: number; height?: number }) {
  const { t } = useWords();
  return (
    <div role="status" aria-label={t('states.loading')}>
      <Stack gap="sm">
        {Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={height} width={`${String(100 - (row * 13) % 37)}%`} />)}
      </Stack>
    </div>
  );
}

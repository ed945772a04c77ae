import { Text } from '@mantine/core';
import { Copy } from './Copy';
import { Icon } from './Icon';
import classes from './secret.module.css';

/** A secret that is shown once: hard to overlook, easy to take along. */
export function SecretOnce({ title, text, label, secret, onCopied }: { title: string; text: string; label: string; secret: string; onCopied?: () => void }) {
  return (
    <section className={classes.panel} aria-label={label}>
      <div className={classes.words}>
        <span className={classes.icon}><Icon name="key" size={20} /></span>
        <div>
          <Text fw={650}>{title}</Text>
          <Text size="sm" c="dimmed" maw="58ch">{text}</Text>
        </div>
      </div>
      <div className={classes.row}>
        <code className={classes.secret} data-testid="secret">{secret}</code>
        <Copy text={secret} wide {...(onCopied ? { onCopied } : {})} />
      </div>
    </section>
  );
}

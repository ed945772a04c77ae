import { useWords } from '@/kit/words';
import type { Exchange } from './calls';
import classes from './channels.module.css';

/** JSON with room to read it; anything else as it came. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** What was sent and what came back, side by side; secrets were masked by the hub. */
export function RawExchange({ exchange }: { exchange: Exchange }) {
  const { t } = useWords();
  return (
    <div className={classes.raw}>
      <Side title={t('channels.sent')} line={`${exchange.method} ${exchange.address}`} headers={exchange.headers} body={exchange.body} />
      <Side title={t('channels.came')} line={exchange.status == null ? t('channels.nothing_came') : `HTTP ${String(exchange.status)}`} headers={exchange.reply_headers} body={exchange.reply} />
    </div>
  );
}

function Side({ title, line, headers, body }: { title: string; line: string; headers: Exchange['headers']; body: string | null | undefined }) {
  return (
    <div className={classes.side}>
      <h3>{title}</h3>
      <div className={classes.line}>{line}</div>
      {headers.length > 0 && <dl className={classes.headers}>{headers.map((header, at) => <div key={at}><dt>{header.name}:</dt><dd>{header.value}</dd></div>)}</dl>}
      {/* A keyboard must be able to scroll what is higher than its place. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      {body != null && body !== '' && <pre className={classes.pre} tabIndex={0} role="region" aria-label={title}>{readable(body)}</pre>}
    </div>
  );
}

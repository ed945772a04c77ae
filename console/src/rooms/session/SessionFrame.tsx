import { ActionIcon, Menu, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Icon, Mark } from '@/kit/Icon';
import { Languages, speak, useWords, type Language } from '@/kit/words';
import classes from './session.module.css';

/** Around every page that is seen before one is signed in. */
export function SessionFrame({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const { t } = useWords();
  useDocumentTitle(`${title} · AIOHub`);
  return (
    <div className={classes.frame}>
      <aside className={classes.aside}>
        <span className={classes.brand}><Mark size={32} />{t('app.name')}</span>
        <div>
          <p className={classes.claim}>{t('session.aside_title').split(/(?<=[.，]) ?/).map((part) => <span key={part}>{part}</span>)}</p>
          <ul className={classes.points}>{[t('session.aside_1'), t('session.aside_2'), t('session.aside_3')].map((point) => <li key={point}><Icon name="check" size={18} weight={2.200} />{point}</li>)}</ul>
        </div>
        <Wires />
      </aside>
      <main className={classes.main}>
        <div className={classes.corner}><LanguageMenu /></div>
        <div className={classes.form}>
          <span className={classes.small}><Mark size={40} /></span>
          <Title order={1}>{title}</Title>
          {lead !== undefined && <Text c="dimmed" mt={6}>{lead}</Text>}
          <div className={classes.body}>{children}</div>
        </div>
      </main>
    </div>
  );
}

function LanguageMenu() {
  const { t, language } = useWords();
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon size="lg" aria-label={t('nav.language')}><Icon name="globe" size={20} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {(Object.entries(Languages) as [Language, string][]).map(([value, title]) => (
          <Menu.Item key={value} lang={value} onClick={() => { void speak(value); }} rightSection={language === value ? <Icon name="check" size={14} /> : null}>{title}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Many lines that meet in one: what a hub is. */
function Wires() {
  return (
    <svg className={classes.wires} viewBox="0 0 400 220" fill="none" aria-hidden="true" focusable="false">
      {[20, 65, 110, 155, 200].map((y) => <path key={`in${String(y)}`} d={`M0 ${String(y)}C110 ${String(y)} 110 110 200 110`} />)}
      {[40, 110, 180].map((y) => <path key={`out${String(y)}`} d={`M200 110C290 110 290 ${String(y)} 400 ${String(y)}`} />)}
      <circle cx="200" cy="110" r="13" />
    </svg>
  );
}

import { Tabs } from '@mantine/core';
import { Copy } from './Copy';
import classes from './code.module.css';

export function CodeBlock({ title, code }: { title: string; code: string }) {
  return (
    <figure className={classes.block}>
      <figcaption className={classes.caption}><span>{title}</span><Copy text={code} /></figcaption>
      {/* A keyboard must be able to scroll what is wider than the page. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.code} tabIndex={0} role="region" aria-label={title}><code>{code}</code></pre>
    </figure>
  );
}

export interface CodeTab {
  id: string;
  title: string;
  blocks: { title: string; code: string }[];
}

/** The same thing for different tools: one tab each. */
export function CodeTabs({ label, tabs, kept = 'aiohub-client' }: { label: string; tabs: CodeTab[]; kept?: string }) {
  const known = localStorage.getItem(kept);
  const first = tabs.some((tab) => tab.id === known) ? known : tabs[0]?.id ?? null;
  return (
    <Tabs defaultValue={first} keepMounted={false} onChange={(id) => { if (id !== null) localStorage.setItem(kept, id); }}>
      <Tabs.List aria-label={label} className={classes.tabs}>
        {tabs.map((tab) => <Tabs.Tab key={tab.id} value={tab.id}>{tab.title}</Tabs.Tab>)}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.id} value={tab.id} pt="md">
          {tab.blocks.map((block) => <CodeBlock key={block.title} title={block.title} code={block.code} />)}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

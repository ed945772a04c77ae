import { Accordion, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface FoldProps {
  title: string;
  lead?: string;
  /** Something in it is set: it stands open from the beginning. */
  used?: boolean;
  /** Something in it was refused: it cannot hide. */
  wrong?: boolean;
  children: ReactNode;
}

/** What is needed seldom, out of the way until somebody wants it. */
export function Fold({ title, lead, used = false, wrong = false, children }: FoldProps) {
  const [open, setOpen] = useState(used);
  return (
    <Accordion className="kit-card" styles={{ item: { border: 0 } }} value={open || wrong ? 'more' : null} onChange={(next) => { setOpen(next !== null); }}>
      <Accordion.Item value="more">
        <Accordion.Control>{title}{lead !== undefined && <Text size="sm" c="dimmed" fw={400}>{lead}</Text>}</Accordion.Control>
        <Accordion.Panel>{children}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

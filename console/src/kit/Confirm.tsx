import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Trouble } from './States';
import { useWords } from './words';

interface ConfirmProps {
  opened: boolean;
  title: string;
  text: ReactNode;
  /** What the button says: the deed itself, not "OK". */
  act: string;
  danger?: boolean;
  onClose: () => void;
  run: () => Promise<unknown> | unknown;
}

/** Asks before what cannot be undone. Stays open, with the reason, when the hub refuses. */
export function Confirm({ opened, title, text, act, danger = true, onClose, run }: ConfirmProps) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const close = () => {
    setFailure(undefined);
    onClose();
  };
  const go = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await run();
      onClose();
    } catch (refused) {
      setFailure(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={<Text fw={650} size="lg" component="span">{title}</Text>} closeButtonProps={{ 'aria-label': t('acts.close') }}>
      <Stack>
        <Text>{text}</Text>
        {failure !== undefined && <Trouble failure={failure} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>{t('acts.cancel')}</Button>
          <Button {...(danger ? { color: 'red.9' } : {})} loading={busy} onClick={() => { void go(); }}>{act}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

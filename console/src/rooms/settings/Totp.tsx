import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Shape } from '@/kit/api/ask';
import { me as meDoor } from '@/kit/api/session';
import { Copy } from '@/kit/Copy';
import { useForm } from '@/kit/form/useForm';
import { Section } from '@/kit/Page';
import { Trouble, useProblemText } from '@/kit/States';
import { toastDone, toastFailed } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { proofs as door } from './calls';
import { QrCode } from './QrCode';
import classes from './settings.module.css';

/** Authenticator app: offered as QR code, confirmed by six digits, then recovery codes, once. */
export function Totp() {
  const { t } = useWords();
  const client = useQueryClient();
  const text = useProblemText();
  const me = useQuery({ queryKey: ['me'], queryFn: meDoor.readVersioned });
  const [offer, setOffer] = useState<Shape<'TotpOffer'>>();
  const [codes, setCodes] = useState<string[]>();
  const [dropping, setDropping] = useState(false);
  const on = me.data?.value.totp === true;
  const begin = async () => {
    try {
      setOffer(await door.beginTotp());
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const done = (given: string[]) => {
    setOffer(undefined);
    setCodes(given);
    toastDone(t('settings.totp_done'));
    void client.invalidateQueries({ queryKey: ['me'] });
  };
  const act = on
    ? <Button variant="default" onClick={() => { setDropping(true); }}>{t('settings.totp_drop')}</Button>
    : offer === undefined && codes === undefined && <Button variant="default" onClick={() => { void begin(); }} disabled={me.isPending}>{t('settings.totp_begin')}</Button>;
  return (
    <Section title={t('settings.totp')} lead={t(on ? 'settings.totp_on' : 'settings.totp_off')} actions={act}>
      {offer !== undefined && <Confirmation offer={offer} onDone={done} onCancel={() => { setOffer(undefined); }} />}
      {codes !== undefined && (
        <Stack gap="sm">
          <Text fw={600}>{t('settings.codes_title')}</Text>
          <Text size="sm" c="dimmed">{t('settings.codes_text')}</Text>
          <ul className={classes.codes}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
          <Group><Copy wide text={codes.join('\n')} /><Button variant="default" onClick={() => { setCodes(undefined); }}>{t('acts.done')}</Button></Group>
        </Stack>
      )}
      <Modal opened={dropping} onClose={() => { setDropping(false); }} title={t('settings.totp_drop')} closeButtonProps={{ 'aria-label': t('acts.close') }}>
        <Drop onDone={() => { setDropping(false); toastDone(t('settings.totp_dropped')); void client.invalidateQueries({ queryKey: ['me'] }); }} />
      </Modal>
    </Section>
  );
}

function Confirmation({ offer, onDone, onCancel }: { offer: Shape<'TotpOffer'>; onDone: (codes: string[]) => void; onCancel: () => void }) {
  const { t } = useWords();
  const form = useForm(
    { code: '' },
    ({ code }) => (/^\d{6}$/.test(code.replace(/\s/g, '')) ? {} : { code: t('settings.totp_code') }),
    async ({ code }) => { onDone((await door.endTotp({ code: code.replace(/\s/g, '') })).recovery_codes); },
  );
  return (
    <div className={classes.totp}>
      <QrCode text={offer.uri} label={t('settings.qr')} className={classes.qr} />
      <form className={classes.totpForm} onSubmit={(event) => { void form.submit(event); }} noValidate>
        <Stack gap="sm">
          <Text fw={600}>{t('settings.totp_scan')}</Text>
          <Text size="sm" c="dimmed">{t('settings.totp_manual')}: <span className={classes.secret}>{offer.secret}</span> <Copy text={offer.secret} /></Text>
          {form.failure !== undefined && <Trouble failure={form.failure} />}
          <TextInput {...form.field('code')} label={t('settings.totp_code')} inputMode="numeric" autoComplete="one-time-code" maxLength={7} maw={200} autoFocus />
          <Group><Button type="submit" loading={form.busy}>{t('settings.totp_confirm')}</Button><Button variant="default" onClick={onCancel}>{t('acts.cancel')}</Button></Group>
        </Stack>
      </form>
    </div>
  );
}

function Drop({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const form = useForm({ password: '' }, ({ password }) => (password === '' ? { password: t('session.need') } : {}), async ({ password }) => {
    await door.dropTotp({ password });
    onDone();
  });
  return (
    <form onSubmit={(event) => { void form.submit(event); }} noValidate>
      <Stack>
        <Text>{t('settings.totp_drop_text')}</Text>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <PasswordInput {...form.field('password')} label={t('session.password')} autoComplete="current-password" data-autofocus />
        <Button type="submit" color="red.9" loading={form.busy}>{t('settings.totp_drop')}</Button>
      </Stack>
    </form>
  );
}

import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useBlocker } from 'react-router';
import type { NewApiKey } from '@/kit/api/shapes';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Page } from '@/kit/Page';
import { SecretOnce } from '@/kit/SecretOnce';
import { Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { keys as door } from './calls';
import { ClientSetup } from './ClientSetup';
import { changeOf, checkKey, newKey } from './keyForm';
import { KeyInputs } from './KeyInputs';

export default function NewKey() {
  const [made, setMade] = useState<NewApiKey>();
  return made === undefined ? <Ask onMade={setMade} /> : <Made made={made} />;
}

function Ask({ onMade }: { onMade: (made: NewApiKey) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const today = new Date().toISOString().slice(0, 10);
  const form = useForm(
    newKey,
    (fields) => checkKey(fields, today, null, { need: t('session.need'), groups: t('keys.no_groups'), past: t('keys.not_past') }),
    async (fields) => {
      const made = await door.add(changeOf(fields));
      await client.invalidateQueries({ queryKey: ['keys'] });
      onMade(made);
    },
  );
  return (
    <Page narrow title={t('keys.new_title')} lead={t('keys.new_lead')} up={{ to: '/keys', title: t('keys.title') }}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate style={{ display: 'contents' }}>
        <KeyInputs form={form} />
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <Group><Button type="submit" loading={form.busy}>{t('keys.create')}</Button><Button variant="default" component={Link} to="/keys">{t('acts.cancel')}</Button></Group>
      </form>
    </Page>
  );
}

function Made({ made }: { made: NewApiKey }) {
  const { t } = useWords();
  const [kept, setKept] = useState(false);
  // Nobody loses a key by a careless press: leaving asks once while it was not copied.
  const blocker = useBlocker(!kept);
  return (
    <Page narrow title={t('keys.done_title', { name: made.name })} up={{ to: '/keys', title: t('keys.title') }}>
      <SecretOnce title={t('keys.once_title')} text={t('keys.once_text')} label={t('keys.secret')} secret={made.secret} onCopied={() => { setKept(true); }} />
      <ClientSetup secret={made.secret} />
      <Group><Button component={Link} to="/keys">{t('acts.done')}</Button></Group>
      <Confirm opened={blocker.state === 'blocked'} title={t('keys.leave_title')} text={t('keys.leave_text')} act={t('keys.leave')} onClose={() => blocker.reset?.()} run={() => blocker.proceed?.()} />
    </Page>
  );
}

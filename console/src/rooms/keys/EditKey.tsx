import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from 'react-router';
import type { Versioned } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';
import type { ApiKey } from '@/kit/api/shapes';
import { NotFound } from '@/kit/ErrorBoundary';
import { useForm } from '@/kit/form/useForm';
import { Page } from '@/kit/Page';
import { Caution, Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { keys as door } from './calls';
import { changeOf, checkKey, fieldsOf } from './keyForm';
import { KeyInputs } from './KeyInputs';

export default function EditKey() {
  const { t } = useWords();
  const { id = '' } = useParams();
  // Not read anew behind the back of somebody who types.
  const key = useQuery({ queryKey: ['key', id], queryFn: () => door.read(id), staleTime: Infinity, gcTime: 0 });
  if (key.isError && key.error instanceof Problem && key.error.status === 404) {
    return <NotFound />;
  }

  return key.data === undefined
    ? <Page narrow title={t('keys.title')} up={{ to: '/keys', title: t('keys.title') }}>{key.isError ? <Trouble failure={key.error} retry={() => { void key.refetch(); }} /> : <Loading rows={8} />}</Page>
    : <Edit key={key.data.etag} read={key.data} reload={() => { void key.refetch(); }} />;
}

function Edit({ read, reload }: { read: Versioned<ApiKey>; reload: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = read.value;
  const today = new Date().toISOString().slice(0, 10);
  const form = useForm(
    fieldsOf(key),
    (fields) => checkKey(fields, today, key.expires_at, { need: t('session.need'), groups: t('keys.no_groups'), past: t('keys.not_past') }),
    async (fields) => {
      await door.change(key.id, changeOf(fields, key.limits, key.expires_at), read.etag ?? '*');
      await client.invalidateQueries({ queryKey: ['keys'] });
      toastDone(t('acts.saved'));
      await navigate('/keys');
    },
  );
  const changed = form.failure instanceof Problem && form.failure.status === 412;
  return (
    <Page narrow title={t('keys.edit_title', { name: key.name })} lead={t('keys.ends_in', { four: key.last_four })} up={{ to: '/keys', title: t('keys.title') }}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate style={{ display: 'contents' }}>
        <KeyInputs form={form} />
        {changed && (
          <Caution title={t('trouble.changed')}><Text size="sm">{t('trouble.changed_text')}</Text><Button size="xs" variant="default" onClick={reload}>{t('trouble.load_present')}</Button></Caution>
        )}
        {form.failure !== undefined && !changed && <Trouble failure={form.failure} />}
        <Group><Button type="submit" loading={form.busy}>{t('acts.save')}</Button><Button variant="default" component={Link} to="/keys">{t('acts.cancel')}</Button></Group>
      </form>
    </Page>
  );
}

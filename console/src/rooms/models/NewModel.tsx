import { Button, Group, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useForm } from '@/kit/form/useForm';
import { Page } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { models as door, placeOf } from './calls';
import { ModelInputs } from './Inputs';
import { blank, newOf, type ModelFields } from './modelForm';
import classes from './models.module.css';

/** A model that the built-in catalogue does not know. */
export default function NewModel() {
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const form = useForm<ModelFields & { id: string }>(
    { ...blank, id: search.get('id') ?? '' },
    (fields) => (fields.id.trim() === '' ? { id: t('session.need') } : {}),
    async ({ id, ...fields }) => {
      const made = await door.add(newOf(id, fields));
      await Promise.all([client.invalidateQueries({ queryKey: ['catalog-models'] }), client.invalidateQueries({ queryKey: ['models'] }), client.invalidateQueries({ queryKey: ['prices'] })]);
      toastDone(t('models.made', { name: made.id }));
      await navigate(placeOf(made.id));
    },
  );
  return (
    <Page narrow title={t('models.new_title')} lead={t('models.new_lead')} up={{ to: '/catalog/all', title: t('models.title') }}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.form}>
        <ModelInputs
          values={form.values} set={(name, value) => { form.set(name, value as never); }} errors={form.errors} builtin={undefined}
          id={<TextInput {...form.field('id')} label={t('models.id')} description={t('models.id_hint')} maxLength={256} autoComplete="off" spellCheck={false} className="kit-code-input" />}
        />
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <Group><Button type="submit" loading={form.busy}>{t('models.create')}</Button><Button variant="default" component={Link} to="/catalog/all">{t('acts.cancel')}</Button></Group>
      </form>
    </Page>
  );
}

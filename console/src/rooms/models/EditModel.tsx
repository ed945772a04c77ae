import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Versioned } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';
import { Confirm } from '@/kit/Confirm';
import { useForm } from '@/kit/form/useForm';
import { Icon } from '@/kit/Icon';
import { Page } from '@/kit/Page';
import { Caution, Empty, Loading, Pill, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useFormats, useWords } from '@/kit/words';
import { models as door, type Model } from './calls';
import { ModelInputs, useShown } from './Inputs';
import { builtinOf, changeOf, differing, fieldsOf, merged, type Member, type ModelFields } from './modelForm';
import { PriceNow } from './PriceNow';
import { RemoveModel } from './RemoveModel';
import classes from './models.module.css';

/** One model of the catalogue, with all that an operator may say of it. */
export default function EditModel() {
  const { t } = useWords();
  const { name = '' } = useParams();
  // Not read anew behind the back of somebody who types.
  const read = useQuery({ queryKey: ['catalog-model', name], queryFn: () => door.read(name), staleTime: Infinity, gcTime: 0, retry: false });
  const up = { to: '/catalog/all', title: t('models.title') };
  if (read.error instanceof Problem && read.error.status === 404) {
    return (
      <Page title={name} up={up}>
        <div className="kit-card"><Empty icon="book" title={t('models.no_such')} text={t('models.no_such_text')} action={<Button component={Link} to={`/catalog/new?id=${encodeURIComponent(name)}`}>{t('models.add_it')}</Button>} /></div>
      </Page>
    );
  }

  return read.data === undefined
    ? <Page title={name} up={up}>{read.isError ? <Trouble failure={read.error} retry={() => { void read.refetch(); }} /> : <Loading rows={8} />}</Page>
    : <Shown key={read.data.etag} read={read.data} name={name} up={up} reload={() => { void read.refetch(); }} />;
}

export function OriginPill({ model }: { model: Model }) {
  const { t } = useWords();
  const tone = { builtin: 'plain', changed: 'warn', own: 'good', removed: 'bad' } as const;
  const origin = model.origin as keyof typeof tone;
  return <Pill tone={tone[origin]}>{origin === 'changed' ? t('models.origin_changed_count', { count: model.changed.length }) : t(`models.origin_${origin}`)}</Pill>;
}

function Shown({ read, name, up, reload }: { read: Versioned<Model>; name: string; up: { to: string; title: string }; reload: () => void }) {
  const { t } = useWords();
  const formats = useFormats();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [base, setBase] = useState(read);
  const [theirs, setTheirs] = useState<Versioned<Model>>();
  const [asked, setAsked] = useState<'remove' | 'back'>();
  const model = base.value;
  const builtin = builtinOf(model);
  const tell = async (next: Versioned<Model> | undefined, text: string) => {
    toastDone(text);
    await Promise.all([['catalog-models'], ['models'], ['model'], ['prices']].map((queryKey) => client.invalidateQueries({ queryKey })));
    if (next !== undefined) {
      client.setQueryData(['catalog-model', name], next);
    }
  };
  const form = useForm<ModelFields>(fieldsOf(read.value), () => ({}), async (fields) => {
    setTheirs(undefined);
    const change = changeOf(fieldsOf(model), fields, builtin);
    if (Object.keys(change).length === 0) {
      toastDone(t('models.same'));
      return;
    }

    try {
      await tell(await door.change(model.id, change, base.etag ?? '*'), t('acts.saved'));
    } catch (failure) {
      if (!(failure instanceof Problem) || failure.status !== 412) {
        throw failure;
      }

      // Somebody was faster: what they saved is shown beside what was typed here.
      setTheirs(await door.read(model.id));
    }
  });
  const onTop = (next: Versioned<Model>) => {
    const both = merged(fieldsOf(model), form.values, fieldsOf(next.value));
    for (const member of differing(form.values, both)) {
      form.set(member, both[member]);
    }

    setBase(next);
    setTheirs(undefined);
  };
  return (
    <Page
      title={model.display_name} up={up} lead={<span className={classes.lead}><code>{model.id}</code><OriginPill model={model} />{model.source != null && model.source.startsWith('https://') && <Text size="xs" component="span">{t('models.source', { host: new URL(model.source).host, day: model.source_date == null ? '–' : formats.date(model.source_date) })}</Text>}</span>}
      actions={<>
        <Button variant="default" component={Link} to={`/catalog/${encodeURIComponent(model.id)}`} leftSection={<Icon name="eye" size={16} />}>{t('models.as_callers')}</Button>
        <Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => { setAsked('remove'); }}>{t('acts.remove')}</Button>
      </>}
    >
      <PriceNow id={model.id} />
      {model.changed.length > 0 && (
        <div className={classes.changed} role="status">
          <span><b>{t('models.differs')}</b> {model.changed.map((member) => t(`models.${member as Member}`)).join(', ')}</span>
          <Button size="xs" variant="default" onClick={() => { setAsked('back'); }}>{t('models.all_back')}</Button>
        </div>
      )}
      <form onSubmit={(event) => { void form.submit(event); }} noValidate className={classes.form}>
        <ModelInputs values={form.values} set={form.set} errors={form.errors} builtin={builtin} />
        {theirs !== undefined && <Faster base={fieldsOf(model)} mine={form.values} theirs={fieldsOf(theirs.value)} onTop={() => { onTop(theirs); }} reload={() => { setTheirs(undefined); reload(); }} />}
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <Group><Button type="submit" loading={form.busy}>{t('acts.save')}</Button><Button variant="default" component={Link} to="/catalog/all">{t('acts.cancel')}</Button></Group>
      </form>
      {asked === 'remove' && <RemoveModel model={model} etag={base.etag ?? '*'} onClose={() => { setAsked(undefined); }} onDone={async () => { await tell(undefined, t('models.removed', { name: model.id })); await navigate('/catalog/all'); }} />}
      <Confirm
        opened={asked === 'back'} title={t('models.back_title')} text={t('models.back_text', { names: model.changed.map((member) => t(`models.${member as Member}`)).join(', ') })} act={t('models.back_act')} danger={false} onClose={() => { setAsked(undefined); }}
        run={async () => { await tell(await door.change(model.id, Object.fromEntries(model.changed.map((member) => [member, null])), base.etag ?? '*'), t('models.is_back')); }}
      />
    </Page>
  );
}

/** Somebody saved something between: what it was, what stays, and both ways on. Nothing that was typed is lost. */
function Faster({ base, mine, theirs, onTop, reload }: { base: ModelFields; mine: ModelFields; theirs: ModelFields; onTop: () => void; reload: () => void }) {
  const { t } = useWords();
  const shown = useShown();
  const own = new Set(differing(base, mine));
  return (
    <Caution title={t('models.faster')}>
      <Text size="sm">{t('models.faster_text')}</Text>
      <ul className={classes.theirs}>
        {differing(base, theirs).map((member) => <li key={member}><b>{t(`models.${member}`)}</b>: {shown(member, base)} → {shown(member, theirs)}{own.has(member) && <> · {t('models.yours', { value: shown(member, mine) })}</>}</li>)}
      </ul>
      <Group gap="xs"><Button size="xs" onClick={onTop}>{t('models.keep_mine')}</Button><Button size="xs" variant="default" onClick={reload}>{t('models.take_theirs')}</Button></Group>
    </Caution>
  );
}

import { Button, Group, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { useForm } from '@/kit/form/useForm';
import { Page, Section } from '@/kit/Page';
import { Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { groups as door, type Group as Shown } from './calls';
import { Members } from './Members';
import { membersOf, type Place } from './order';
import classes from './groups.module.css';

export default function NewGroup() {
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm(
    { name: '', display_name: '', common_use: '', visibility: 'public' as Shown['visibility'], status: 'active' as Shown['status'], multiplier: 1 as string | number, channels: [] as Place[] },
    (fields) => (/^[a-z0-9-]{1,64}$/.test(fields.name.trim()) ? {} : { name: t('groups.name_wrong') }),
    async (fields) => {
      const made = await door.add({
        name: fields.name.trim(), display_name: fields.display_name.trim() || null, common_use: fields.common_use.trim(), visibility: fields.visibility, status: fields.status, multiplier: fields.multiplier === '' ? 1 : Number(fields.multiplier),
        channels: membersOf(fields.channels),
      });
      await client.invalidateQueries({ queryKey: ['groups'] });
      toastDone(t('groups.made', { name: made.name }));
      await navigate(`/groups/${made.name}`);
    },
  );
  return (
    <Page narrow title={t('groups.new_title')} lead={t('groups.new_lead')} up={{ to: '/groups', title: t('groups.title') }}>
      <form onSubmit={(event) => { void form.submit(event); }} noValidate style={{ display: 'contents' }}>
        <div className={`kit-card ${classes.card ?? ''}`}>
          <div className={classes.two}>
            <TextInput {...form.field('name')} label={t('groups.name')} description={t('groups.name_hint')} maxLength={64} autoFocus autoComplete="off" spellCheck={false} />
            <TextInput {...form.field('display_name')} label={`${t('groups.display_name')} (${t('acts.optional')})`} description={t('groups.display_hint')} />
          </div>
          <Textarea {...form.field('common_use')} label={t('groups.common_use')} description={t('groups.use_hint')} autosize minRows={2} />
          <div className={classes.two}>
            <Select {...form.field('visibility')} onChange={(value) => { form.set('visibility', (value ?? 'public') as Shown['visibility']); }} allowDeselect={false} label={t('groups.visibility')} data={(['public', 'restricted', 'hidden'] as const).map((one) => ({ value: one, label: t(`groups.${one}`) }))} />
            <Select {...form.field('status')} onChange={(value) => { form.set('status', (value ?? 'active') as Shown['status']); }} allowDeselect={false} label={t('groups.begins')} data={[{ value: 'active', label: t('groups.active') }, { value: 'paused', label: t('groups.as_draft') }]} />
            <NumberInput {...form.field('multiplier')} label={t('groups.multiplier')} description={t('groups.multiplier_hint')} min={0} decimalScale={6} hideControls />
          </div>
        </div>
        <Section title={t('groups.channels')} lead={t('groups.members_lead')}><Members value={form.values.channels} onChange={(next) => { form.set('channels', next); }} error={form.errors.channels} /></Section>
        {form.failure !== undefined && <Trouble failure={form.failure} />}
        <Group><Button type="submit" loading={form.busy}>{t('groups.create')}</Button><Button variant="default" component={Link} to="/groups">{t('acts.cancel')}</Button></Group>
      </form>
    </Page>
  );
}

import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { NotFound } from '@/kit/ErrorBoundary';
import { Page } from '@/kit/Page';
import { useWords } from '@/kit/words';
import { AlertList } from './AlertList';
import { Deliveries } from './Deliveries';
import { Rules } from './Rules';
import { Targets } from './Targets';
import classes from './alerts.module.css';

const parts = { now: () => <AlertList past={false} />, past: () => <AlertList past />, rules: Rules, targets: Targets, deliveries: Deliveries } as const;
type Part = keyof typeof parts;

export default function Alerts() {
  const { t } = useWords();
  const navigate = useNavigate();
  const { part = '' } = useParams();
  if (!Object.hasOwn(parts, part)) {
    return <NotFound />;
  }

  return (
    <Page title={t('alerts.title')} lead={t('alerts.lead')}>
      <Tabs value={part} onChange={(next) => { void navigate(`/alerts/${next ?? 'now'}`); }} keepMounted={false}>
        <Tabs.List className={classes.tabs} mb="lg">
          {(Object.keys(parts) as Part[]).map((name) => <Tabs.Tab key={name} value={name}>{t(`alerts.${name}`)}</Tabs.Tab>)}
        </Tabs.List>
        {Object.entries(parts).map(([name, Shown]) => <Tabs.Panel key={name} value={name}><Shown /></Tabs.Panel>)}
      </Tabs>
    </Page>
  );
}

import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { Page } from '@/kit/Page';
import { NotFound } from '@/kit/ErrorBoundary';
import { useWords } from '@/kit/words';
import { Profile } from './Profile';
import { Security } from './Security';
import { SignIns } from './SignIns';
import { Tokens } from './Tokens';
import classes from './settings.module.css';

const parts = { profile: Profile, security: Security, sessions: SignIns, tokens: Tokens } as const;
type Part = keyof typeof parts;

export default function Settings() {
  const { t } = useWords();
  const navigate = useNavigate();
  const { part = '' } = useParams();
  if (!Object.hasOwn(parts, part)) {
    return <NotFound />;
  }

  return (
    <Page narrow title={t('settings.title')}>
      <Tabs value={part} onChange={(next) => { void navigate(`/settings/${next ?? 'profile'}`); }} keepMounted={false}>
        <Tabs.List className={classes.tabs} mb="lg">
          {(Object.keys(parts) as Part[]).map((name) => <Tabs.Tab key={name} value={name}>{t(`settings.${name}`)}</Tabs.Tab>)}
        </Tabs.List>
        {(Object.entries(parts)).map(([name, Shown]) => <Tabs.Panel key={name} value={name}><Shown /></Tabs.Panel>)}
      </Tabs>
    </Page>
  );
}

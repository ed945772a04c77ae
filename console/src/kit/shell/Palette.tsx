import { Spotlight, spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import type { Me } from '../api/shapes';
import { Icon, type IconName } from '../Icon';
import { mayAct } from '../session';
import { useWords } from '../words';
import type { Room } from './rooms';

/** Ctrl-K: any page and the common deeds, by a few letters of their names. */
export default function Palette({ me, rooms, onClose }: { me: Me; rooms: readonly Room[]; onClose: () => void }) {
  const { t } = useWords();
  const navigate = useNavigate();
  useEffect(() => {
    spotlight.open();
    return () => { spotlight.close(); };
  }, []);

  const entry = (to: string, label: string, icon: IconName) => ({ id: to, label, leftSection: <Icon name={icon} />, onClick: () => { void navigate(to); } });
  const groups: SpotlightActionGroupData[] = [
    {
      group: t('nav.go'),
      actions: [
        ...rooms.flatMap((room) => room.nav).filter((item) => mayAct(me, item.least)).map((item) => entry(item.to, item.title(t), item.icon)),
        entry('/settings/security', `${t('settings.title')}: ${t('settings.security')}`, 'shield'),
        entry('/settings/sessions', `${t('settings.title')}: ${t('settings.sessions')}`, 'devices'),
        entry('/settings/tokens', `${t('settings.title')}: ${t('settings.tokens')}`, 'token'),
      ],
    },
    { group: t('nav.acts'), actions: [entry('/keys/new', t('nav.new_key'), 'plus'), entry('/welcome', t('nav.first_run'), 'flag')] },
  ];
  return (
    <Spotlight
      attributes={{ content: { 'aria-label': t('nav.palette') } }} actions={groups} nothingFound={t('nav.none')} shortcut={null} scrollable maxHeight={460} onSpotlightClose={onClose}
      searchProps={{ leftSection: <Icon name="search" />, placeholder: t('nav.palette'), 'aria-label': t('nav.palette') }}
    />
  );
}

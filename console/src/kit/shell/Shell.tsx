import { ActionIcon, Drawer, Kbd, Menu, Text, UnstyledButton, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { me as meDoor, session as door } from '../api/session';
import type { Me } from '../api/shapes';
import { ErrorBoundary } from '../ErrorBoundary';
import { Icon, Mark, type IconName } from '../Icon';
import { forgetSession, mayAct } from '../session';
import { Loading, useProblemText } from '../States';
import { toastFailed } from '../toast';
import { Languages, speak, useWords, type Language } from '../words';
import type { Room } from './rooms';
import classes from './shell.module.css';

const Palette = lazy(() => import('./Palette'));

/** The frame around every page of somebody who is signed in. */
export function Shell({ me, rooms }: { me: Me; rooms: readonly Room[] }) {
  const { t } = useWords();
  const [drawer, { open, close }] = useDisclosure(false);
  const [palette, setPalette] = useState(false);
  const { pathname } = useLocation();

  useEffect(() => {
    // The palette's code is loaded when it is first asked for.
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPalette((shown) => !shown);
      }
    };
    window.addEventListener('keydown', listen);
    return () => { window.removeEventListener('keydown', listen); };
  }, []);

  useEffect(() => {
    close();
    window.scrollTo(0, 0);
  }, [pathname, close]);

  const search = () => {
    close();
    setPalette(true);
  };
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">{t('app.skip')}</a>
      <header className={classes.bar}>
        <ActionIcon size="lg" aria-label={t('nav.open')} onClick={open}><Icon name="menu" size={20} /></ActionIcon>
        <Link to="/" className={classes.brand}><Mark size={24} />{t('app.name')}</Link>
        <ActionIcon size="lg" aria-label={t('nav.palette')} onClick={search}><Icon name="search" size={20} /></ActionIcon>
      </header>
      <aside className={classes.rail}><Rail me={me} rooms={rooms} onSearch={search} /></aside>
      <Drawer.Root opened={drawer} onClose={close} size={280} padding={0}>
        <Drawer.Overlay />
        <Drawer.Content aria-label={t('nav.label')}><Drawer.Body className={classes.drawer ?? ''}><Rail me={me} rooms={rooms} onSearch={search} /></Drawer.Body></Drawer.Content>
      </Drawer.Root>
      <main id="main" className={classes.main} tabIndex={-1}>
        <ErrorBoundary key={pathname}><Suspense fallback={<div className={classes.wait}><Loading rows={5} /></div>}><Outlet /></Suspense></ErrorBoundary>
      </main>
      {palette && <Suspense fallback={null}><Palette me={me} rooms={rooms} onClose={() => { setPalette(false); }} /></Suspense>}
    </div>
  );
}

function Rail({ me, rooms, onSearch }: { me: Me; rooms: readonly Room[]; onSearch: () => void }) {
  const { t } = useWords();
  const { pathname } = useLocation();
  const seen = rooms.flatMap((room) => room.nav).filter((item) => mayAct(me, item.least));
  const block = (name: 'own' | 'operate') => seen.filter((item) => item.block === name).map((item) => {
    const here = pathname === item.to || (item.below === true && pathname.startsWith(`${item.to}/`));
    return (
      <li key={item.to}>
        <Link to={item.to} className={classes.link} data-here={here || undefined} {...(here ? { 'aria-current': 'page' as const } : {})}><Icon name={item.icon} />{item.title(t)}</Link>
      </li>
    );
  });
  const operate = block('operate');
  return (
    <nav className={classes.nav} aria-label={t('nav.label')}>
      <Link to="/" className={classes.brand}><Mark size={28} />{t('app.name')}</Link>
      <UnstyledButton className={classes.search} onClick={onSearch}>
        <Icon name="search" size={16} /><span>{t('nav.search')}</span><Kbd size="xs">Ctrl K</Kbd>
      </UnstyledButton>
      <div className={classes.rooms}>
        <ul className={classes.list}>{block('own')}</ul>
        {operate.length > 0 && <><Text className={classes.block} component="h2">{t('nav.operate')}</Text><ul className={classes.list}>{operate}</ul></>}
      </div>
      <div className={classes.foot}><UserMenu me={me} /></div>
    </nav>
  );
}

const schemes: readonly { value: MantineColorScheme; icon: IconName }[] = [{ value: 'light', icon: 'sun' }, { value: 'dark', icon: 'moon' }, { value: 'auto', icon: 'auto' }];

function UserMenu({ me }: { me: Me }) {
  const { t, language } = useWords();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const text = useProblemText();
  const name = me.name ?? me.email;
  const out = async () => {
    try {
      await door.end();
      client.clear();
      await navigate('/sign-in', { state: { signedOut: true } });
      await forgetSession(client);
    } catch (failure) {
      toastFailed(t('trouble.title'), text(failure));
    }
  };
  const dress = (value: MantineColorScheme) => {
    setColorScheme(value);
    // Kept here in any case; that other devices know it too is welcome, not needed.
    meDoor.change({ theme: value }).catch(() => undefined);
  };
  const talk = (value: Language) => {
    void speak(value);
    meDoor.change({ locale: value }).catch(() => undefined);
  };
  return (
    <Menu position="top-start" width={248}>
      <Menu.Target>
        <UnstyledButton className={classes.user}>
          <span className="kit-unseen">{t('nav.account', { name })}: </span>
          <span className={classes.face} aria-hidden="true">{name.slice(0, 1).toUpperCase()}</span>
          <span className={classes.who}><span>{name}</span><small>{t(`settings.role_${me.role}`)}</small></span>
          <Icon name="dots" size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings/profile" leftSection={<Icon name="user" size={16} />}>{t('settings.profile')}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('nav.scheme')}</Menu.Label>
        {schemes.map(({ value, icon }) => (
          <Menu.Item key={value} aria-current={colorScheme === value ? true : undefined} closeMenuOnClick={false} onClick={() => { dress(value); }} leftSection={<Icon name={icon} size={16} />} rightSection={colorScheme === value ? <Icon name="check" size={14} /> : null}>{t(`nav.${value}`)}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('nav.language')}</Menu.Label>
        {(Object.entries(Languages) as [Language, string][]).map(([value, title]) => (
          <Menu.Item key={value} lang={value} aria-current={language === value ? true : undefined} closeMenuOnClick={false} onClick={() => { talk(value); }} leftSection={<Icon name="globe" size={16} />} rightSection={language === value ? <Icon name="check" size={14} /> : null}>{title}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => { void out(); }} leftSection={<Icon name="out" size={16} />}>{t('nav.sign_out')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router';
import { session as door } from '@/kit/api/session';
import { useNewSession } from '@/kit/session';
import { Problem } from '@/kit/api/problem';
import { Empty, Loading, Trouble } from '@/kit/States';
import { useWords } from '@/kit/words';
import { SessionFrame } from './SessionFrame';

/**
 * Where one-time links lead: `/link#TOKEN`. What stands behind the # is never sent to a server and so in nobody's log; `?token=` is understood too.
 * The token is taken out of the address at once: it must not stay in the browser's history.
 */
export default function OneTimeLink() {
  const { t } = useWords();
  const { hash } = useLocation();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const arrive = useNewSession();
  const [failure, setFailure] = useState<unknown>();
  const asked = useRef(false);
  const [token] = useState(() => decodeURIComponent(hash.replace(/^#(token=)?/, '')) || (search.get('token') ?? ''));

  const use = async () => {
    setFailure(undefined);
    try {
      const next = await door.link(token);
      arrive(next);
      await navigate(next.needs === 'set_up' ? '/set-up' : '/', { replace: true });
    } catch (refused) {
      setFailure(refused);
    }
  };

  useEffect(() => {
    // Links work once: never asked twice, also where effects run twice.
    if (!asked.current) {
      asked.current = true;
      window.history.replaceState(window.history.state, '', '/link');
      void use();
    }
  });

  if (failure === undefined) {
    return <SessionFrame title={t('session.link_title')} lead={t('session.link_lead')}><Loading rows={3} /></SessionFrame>;
  }

  // A hub that is away has not used the link up.
  const passing = failure instanceof Problem && failure.passing;
  return (
    <SessionFrame title={passing ? t('trouble.title') : t('session.link_bad')}>
      {passing
        ? <Trouble failure={failure} retry={() => { void use(); }} />
        : <Empty icon="warn" title={t('session.link_bad')} text={t('session.link_bad_text')} action={<Button component={Link} to="/sign-in">{t('session.title')}</Button>} />}
    </SessionFrame>
  );
}

import { alerts } from './en/alerts';
import { audit } from './en/audit';
import { catalog } from './en/catalog';
import { channels } from './en/channels';
import { codes } from './en/codes';
import { dashboard } from './en/dashboard';
import { first } from './en/first';
import { groups } from './en/groups';
import { health } from './en/health';
import { hub_settings } from './en/hub_settings';
import { keys } from './en/keys';
import { app, nav, acts, states, trouble } from './en/kit';
import { log } from './en/log';
import { overview } from './en/overview';
import { playground } from './en/playground';
import { prices } from './en/prices';
import { session } from './en/session';
import { settings } from './en/settings';
import { setup } from './en/setup';
import { users } from './en/users';
import { wallet } from './en/wallet';

/** The kit’s words, then one file for each room. */
const en = {
  app, nav, acts, states, trouble,
  alerts,
  audit,
  catalog,
  channels,
  codes,
  dashboard,
  first,
  groups,
  health,
  hub_settings,
  keys,
  log,
  overview,
  playground,
  prices,
  session,
  settings,
  setup,
  users,
  wallet,
};

export default en;
export type Words = typeof en;

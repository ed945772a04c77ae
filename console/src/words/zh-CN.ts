import type { Words } from './en';
import { alerts } from './zh-CN/alerts';
import { audit } from './zh-CN/audit';
import { catalog } from './zh-CN/catalog';
import { channels } from './zh-CN/channels';
import { codes } from './zh-CN/codes';
import { dashboard } from './zh-CN/dashboard';
import { first } from './zh-CN/first';
import { groups } from './zh-CN/groups';
import { health } from './zh-CN/health';
import { hub_settings } from './zh-CN/hub_settings';
import { keys } from './zh-CN/keys';
import { app, nav, acts, states, trouble } from './zh-CN/kit';
import { log } from './zh-CN/log';
import { overview } from './zh-CN/overview';
import { playground } from './zh-CN/playground';
import { prices } from './zh-CN/prices';
import { session } from './zh-CN/session';
import { settings } from './zh-CN/settings';
import { setup } from './zh-CN/setup';
import { users } from './zh-CN/users';
import { wallet } from './zh-CN/wallet';

/** As in English, file by file. */
const words: Words = {
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

export default words;

import { alerts } from './en/alerts';
import { audit } from './en/audit';
import { catalog } from './en/catalog';
import { channels } from './en/channels';
import { codes } from './en/codes';
import { configuration } from './en/configuration';
import { dashboard } from './en/dashboard';
import { groups } from './en/groups';
import { health } from './en/health';
import { hub_settings } from './en/hub_settings';
import { log } from './en/log';
import { models } from './en/models';
import { playground } from './en/playground';
import { prices } from './en/prices';
import { users } from './en/users';

/** Rooms that are opened now and then: loaded with the first of them. */
const words = {
  alerts,
  audit,
  catalog,
  channels,
  codes,
  configuration,
  dashboard,
  groups,
  health,
  hub_settings,
  log,
  models,
  playground,
  prices,
  users,
};

export default words;
export type MoreWords = typeof words;

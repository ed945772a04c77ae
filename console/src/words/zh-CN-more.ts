import type { MoreWords } from './en-more';
import { alerts } from './zh-CN/alerts';
import { audit } from './zh-CN/audit';
import { catalog } from './zh-CN/catalog';
import { channels } from './zh-CN/channels';
import { codes } from './zh-CN/codes';
import { configuration } from './zh-CN/configuration';
import { dashboard } from './zh-CN/dashboard';
import { groups } from './zh-CN/groups';
import { health } from './zh-CN/health';
import { hub_settings } from './zh-CN/hub_settings';
import { log } from './zh-CN/log';
import { models } from './zh-CN/models';
import { playground } from './zh-CN/playground';
import { prices } from './zh-CN/prices';
import { users } from './zh-CN/users';

/** As in English, file by file. */
const words: MoreWords = {
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

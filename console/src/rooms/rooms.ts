import type { Room } from '@/kit/shell/rooms';
import { alerts } from './alerts/room';
import { audit } from './audit/room';
import { catalog } from './catalog/room';
import { channels } from './channels/room';
import { codes } from './codes/room';
import { configuration } from './configuration/room';
import { dashboard } from './dashboard/room';
import { firstRun } from './first-run/room';
import { groups } from './groups/room';
import { health } from './health/room';
import { hubSettings } from './hub-settings/room';
import { keys } from './keys/room';
import { log } from './log/room';
import { models } from './models/room';
import { overview } from './overview/room';
import { playground } from './playground/room';
import { prices } from './prices/room';
import { settings } from './settings/room';
import { users } from './users/room';
import { wallet } from './wallet/room';

/** In the order in which the navigation shows them: what is one's own, then what operators work with. */
export const rooms: readonly Room[] = [
  overview,
  keys,
  log,
  playground,
  catalog,
  models,
  wallet,
  settings,
  firstRun,
  dashboard,
  channels,
  groups,
  health,
  prices,
  users,
  codes,
  audit,
  alerts,
  configuration,
  hubSettings,
];

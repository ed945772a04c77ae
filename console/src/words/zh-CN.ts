import type { FirstWords } from './en';
import { first } from './zh-CN/first';
import { keys } from './zh-CN/keys';
import { app, nav, acts, states, trouble } from './zh-CN/kit';
import { overview } from './zh-CN/overview';
import { session } from './zh-CN/session';
import { settings } from './zh-CN/settings';
import { setup } from './zh-CN/setup';
import { wallet } from './zh-CN/wallet';

/** As in English, file by file. */
const words: FirstWords = {
  app, nav, acts, states, trouble,
  first,
  keys,
  overview,
  session,
  settings,
  setup,
  wallet,
};

export default words;

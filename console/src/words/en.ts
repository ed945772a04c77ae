import type { MoreWords } from './en-more';
import { first } from './en/first';
import { keys } from './en/keys';
import { app, nav, acts, states, trouble } from './en/kit';
import { overview } from './en/overview';
import { session } from './en/session';
import { settings } from './en/settings';
import { setup } from './en/setup';
import { wallet } from './en/wallet';

/** What everybody sees: the kit’s words, then a file for each room. */
const words = {
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
export type FirstWords = typeof words;
export type Words = FirstWords & MoreWords;

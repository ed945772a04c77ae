// Makes docs/console/*.png: npm run screenshots [part of a name]. Pages of `shots/*.mjs` show the hub itself, as it was built; those below the small hub of ../mock, in states that are hard to come by.
import { mkdir, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from '../mock/hub.mjs';
import { putPages, startHub } from '../test/hub/real.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const wanted = process.argv[2] ?? '';
const out = process.env.SCREENSHOTS ?? here('../../docs/console');
await mkdir(out, { recursive: true });

const press = (name) => (page) => page.getByRole('button', { name }).first().click();
const newKey = async (page) => {
  await page.getByRole('textbox', { name: 'Name' }).fill('laptop-2');
  await page.getByRole('button', { name: 'Create a key' }).click();
  await page.getByTestId('secret').waitFor();
  // The same on every run, so that pictures change only when the console does.
  await page.getByTestId('secret').evaluate((element) => { element.textContent = 'sk-7Hq2mVtXc4RpLw9ZbN3kYd8sJfGa5eUo'; });
};
const shots = [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'set-up', path: '/link#good-link', act: (page) => page.getByRole('button', { name: 'Set up my account' }).waitFor() },
  { name: 'link-used', path: '/link#used' },
  { name: 'overview', path: '/', inside: true },
  { name: 'overview-empty', path: '/', inside: true, options: { empty: true } },
  { name: 'keys', path: '/keys', inside: true },
  { name: 'keys-empty', path: '/keys', inside: true, options: { empty: true } },
  { name: 'key-new', path: '/keys/new', inside: true, act: async (page) => {
    for (const group of ['anthropic', 'claude-bedrock']) {
      await page.getByRole('combobox', { name: 'Add a group' }).click();
      await page.getByRole('option', { name: new RegExp(`^${group}`) }).click();
    }
  } },
  { name: 'key-made', path: '/keys/new', inside: true, act: async (page) => {
    await newKey(page);
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('It works').waitFor();
  } },
  { name: 'key-edit', path: '/keys/1', inside: true },
  { name: 'first-run', path: '/welcome', inside: true, options: { empty: true } },
  { name: 'first-call', path: '/welcome', inside: true, options: { empty: true }, act: async (page) => {
    await press('Keep the sandbox')(page);
    await press('Create the key')(page);
    await press('Continue')(page);
    await press('Make the call')(page);
    await page.getByRole('blockquote').waitFor();
  } },
  { name: 'settings-profile', path: '/settings/profile', inside: true },
  { name: 'settings-security', path: '/settings/security', inside: true, act: async (page) => {
    await press('Set it up')(page);
    await page.getByRole('img', { name: 'QR code' }).waitFor();
  } },
  { name: 'settings-sessions', path: '/settings/sessions', inside: true },
  { name: 'settings-tokens', path: '/settings/tokens', inside: true },
  { name: 'palette', path: '/keys', inside: true, act: async (page) => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search pages and actions').waitFor();
  }, whole: false, only: ['desktop'] },
  { name: 'navigation', path: '/keys', inside: true, act: press('Open navigation'), whole: false, only: ['phone'] },
  { name: 'trouble', path: '/keys', inside: true, options: { broken: ['/api/me/keys'] } },
  { name: 'lost', path: '/no/such/page', inside: true },
];

const looks = [
  { look: 'desktop', viewport: { width: 1280, height: 860 }, scheme: 'light', locale: 'en-US' },
  { look: 'dark', viewport: { width: 1280, height: 860 }, scheme: 'dark', locale: 'en-US', of: ['sign-in', 'overview', 'keys', 'key-new', 'key-made', 'first-call', 'settings-security', 'wallet', 'users', 'user', 'audit'] },
  { look: 'phone', viewport: { width: 390, height: 844 }, scheme: 'light', locale: 'en-US' },
  { look: 'chinese', viewport: { width: 1280, height: 860 }, scheme: 'light', locale: 'zh-CN', of: ['sign-in', 'overview', 'keys', 'settings-profile', 'wallet', 'user'] },
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const dist = process.env.CONSOLE_OUT ?? here('../dist');
let made = 0;

/** One picture. `cookie`: of somebody who is signed in to the hub itself. */
async function picture({ name, path, act, whole = true }, { look, viewport, scheme, locale }, address, cookie) {
  const context = await browser.newContext({ baseURL: address, viewport, colorScheme: scheme, locale, reducedMotion: 'reduce', timezoneId: 'UTC', deviceScaleFactor: 1, isMobile: look === 'phone', hasTouch: look === 'phone', permissions: ['clipboard-read', 'clipboard-write'] });
  try {
    if (cookie !== undefined) await context.addCookies([{ name: 'aiohub_session', value: cookie, url: address }]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await act?.(page);
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(250);
    // What stays in place while the page scrolls would otherwise stand in the middle of the picture.
    await page.evaluate(() => { document.activeElement?.blur?.(); scrollTo(0, 0); });
    await page.waitForTimeout(50);
    await page.screenshot({ path: `${out}/${name}-${look}.png`, fullPage: whole });
    made++;
  } finally {
    await context.close();
  }
}

const asked = ({ name, only }, { look, of }) => (!only || only.includes(look)) && (!of || of.includes(name) || look === 'phone') && `${name}-${look}`.includes(wanted);
for (const dress of looks) {
  for (const shot of shots) {
    if (!asked(shot, dress)) continue;
    const hub = await serve(dist, { signedIn: shot.inside ?? false, ...shot.options });
    try {
      await picture(shot, dress, hub.address);
    } finally {
      await hub.close();
    }
  }
}

// A file for each room: `prepare(hub, owner)` makes what is shown and may return people by name; `shots` have `name`, `path`, `as` (a person's name; the owner unless said), `act`, `only`.
for (const file of (await readdir(here('./shots'))).filter((file) => file.endsWith('.mjs')).sort()) {
  const room = await import(`./shots/${file}`);
  if (!room.shots.some((shot) => looks.some((dress) => asked(shot, dress)))) continue;
  putPages(dist);
  const hub = await startHub(room.options);
  try {
    const owner = await hub.owner();
    const people = { owner, ...await room.prepare?.(hub, owner) };
    for (const dress of looks) {
      for (const shot of room.shots.filter((shot) => asked(shot, dress))) await picture(shot, dress, hub.address, people[shot.as ?? 'owner'].cookie);
    }
  } finally {
    await hub.close();
  }
}

await browser.close();
console.log(`${made} pictures in ${out}`);

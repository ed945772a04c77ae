import { describe, expect, it } from 'vitest';
import { visit, withBrowser } from './stage';

withBrowser();

const pages: { path: string; heading: string; inside?: boolean; dark?: boolean; empty?: boolean }[] = [
  { path: '/sign-in', heading: 'Sign in' },
  { path: '/sign-in', heading: 'Sign in', dark: true },
  { path: '/sign-up', heading: 'Create an account' },
  { path: '/link#used', heading: 'This link does not work any more' },
  { path: '/', heading: 'Overview', inside: true },
  { path: '/', heading: 'Overview', inside: true, dark: true },
  { path: '/', heading: 'Overview', inside: true, empty: true },
  { path: '/keys', heading: 'API keys', inside: true },
  { path: '/keys', heading: 'API keys', inside: true, dark: true },
  { path: '/keys', heading: 'API keys', inside: true, empty: true },
  { path: '/keys/new', heading: 'Create a key', inside: true },
  { path: '/keys/new', heading: 'Create a key', inside: true, dark: true },
  { path: '/keys/1', heading: 'Edit “laptop”', inside: true },
  { path: '/keys/999', heading: 'There is no such page', inside: true },
  { path: '/settings/profile', heading: 'Settings', inside: true },
  { path: '/settings/security', heading: 'Settings', inside: true },
  { path: '/settings/security', heading: 'Settings', inside: true, dark: true },
  { path: '/settings/sessions', heading: 'Settings', inside: true },
  { path: '/settings/tokens', heading: 'Settings', inside: true },
  { path: '/welcome', heading: 'First steps', inside: true, empty: true },
  { path: '/no/such/page', heading: 'There is no such page', inside: true },
];

describe.each(['desktop', 'phone'] as const)('on a %s', (width) => {
  it.each(pages)('$path is there and everybody can use it (dark: $dark, empty: $empty)', async ({ path, heading, inside = false, dark = false, empty = false }) => {
    await visit(width, path, { signedIn: inside, dark, empty }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await look();
    });
  });

  it('tells of trouble and tries again', async () => {
    await visit(width, '/keys', { signedIn: true, broken: ['/api/me/keys'] }, async ({ page, hub, look }) => {
      await page.getByRole('alert').getByText('The database is away.').waitFor();
      await look();
      hub.options.broken = [];
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('link', { name: 'laptop' }).waitFor();
    });
  });
});

describe('in Chinese', () => {
  it('speaks as the browser does, and changes when asked', async () => {
    await visit('desktop', '/keys', { signedIn: true, locale: 'zh-CN' }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'API 密钥' }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
      await look();
      await page.getByRole('button', { name: 'Ann Park 的账户' }).click();
      await page.getByRole('menuitem', { name: 'English' }).click();
      await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
      await page.keyboard.press('Escape');
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
    });
  });
});

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { visit, withBrowser } from './stage';

withBrowser();

const secretOf = async (page: Page) => (await page.getByTestId('secret').textContent()) ?? '';
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

describe.each(['desktop', 'phone'] as const)('on a %s', (width) => {
  it('a one-time link leads to a set-up, a key and a first call', async () => {
    await visit(width, '/link#good-link', { empty: true }, async ({ page, hub, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Welcome to your hub' }).waitFor();
      expect(page.url(), 'the token stays in no history').not.toContain('good-link');
      await look();
      const password = page.getByRole('textbox', { name: 'Password', exact: true });
      const again = page.getByRole('textbox', { name: 'Password again' });
      await password.fill('short');
      await press(page, 'Set up my account');
      await page.getByText('At least 12 characters', { exact: true }).waitFor();
      await password.fill('password1234');
      await again.fill('password1234');
      await press(page, 'Set up my account');
      await page.getByText('among the most common ones').waitFor();
      expect(await again.inputValue(), 'what was typed is kept').toBe('password1234');
      await password.fill('correct horse battery staple');
      await again.fill('correct horse battery staple');
      await press(page, 'Set up my account');
      await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
      expect(hub.calls.filter((call) => call.path === '/api/session/link'), 'links work once').toHaveLength(1);
      await press(page, 'Keep the sandbox');
      await press(page, 'Create the key');
      expect(await secretOf(page)).toMatch(/^sk-/);
      await look();
      await press(page, 'Continue');
      await press(page, 'Make the call');
      await page.getByRole('blockquote').getByText('Hello from AIOHub').waitFor();
      await page.getByText('req_01jd7m4q9x').waitFor();
      await look();
      await page.getByRole('link', { name: 'To the overview' }).click();
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    });
  });

  it('a key is made with groups in an order, shown once, and answered', async () => {
    await visit(width, '/keys/new', { signedIn: true }, async ({ page, hub, look }) => {
      await press(page, 'Create a key');
      await page.getByText('Please fill this in.').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill('laptop-2');
      for (const group of ['anthropic', 'claude-bedrock']) {
        await page.getByRole('combobox', { name: 'Add a group' }).click();
        await page.getByRole('option', { name: new RegExp(`^${group}`) }).click();
      }

      await press(page, 'Move claude-bedrock up');
      // By keyboard: the first one down a place.
      await page.getByRole('button', { name: 'Drag auto' }).focus();
      await page.keyboard.press('Space');
      await page.waitForTimeout(120);
      await page.keyboard.press('ArrowDown');
      await page.waitForTimeout(250);
      await page.keyboard.press('Space');
      await expect.poll(() => page.getByRole('list', { name: 'Groups' }).getByRole('listitem').evaluateAll((rows) => rows.map((row) => row.querySelector('button')?.getAttribute('aria-label')))).toEqual(['Drag claude-bedrock', 'Drag auto', 'Drag anthropic']);
      await look();
      await press(page, 'Create a key');
      const secret = await secretOf(page);
      expect(hub.keys.at(-1)).toMatchObject({ name: 'laptop-2', groups: ['claude-bedrock', 'auto', 'anthropic'] });

      await press(page, 'Check now');
      await page.getByText('It works: 9 models').waitFor();
      await page.getByText(`export ANTHROPIC_AUTH_TOKEN=${secret}`).waitFor();
      await page.getByRole('tab', { name: 'Codex CLI' }).click();
      await page.getByText(`base_url = "${new URL(page.url()).origin}/v1"`).waitFor();
      await look();

      await page.getByRole('link', { name: 'Done' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('The key has not been copied yet').waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('region', { name: 'Your new key' }).getByRole('button', { name: 'Copy' }).click();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
      await page.getByRole('link', { name: 'Done' }).click();
      await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
      expect(await page.content(), 'shown once').not.toContain(secret);
    });
  });

  it('a key is paused, revoked, and found by its name', async () => {
    await visit(width, '/keys', { signedIn: true }, async ({ page, hub, look }) => {
      await press(page, 'Actions for laptop');
      await page.getByRole('menuitem', { name: 'Pause' }).click();
      await expect.poll(() => hub.keys.find((key) => key.name === 'laptop')?.enabled).toBe(false);
      await press(page, 'Actions for ci-runner');
      await page.getByRole('menuitem', { name: 'Revoke' }).click();
      await page.getByRole('dialog').getByText('That cannot be undone').waitFor();
      await look();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await expect.poll(() => hub.keys.map((key) => key.name)).not.toContain('ci-runner');
      await page.getByRole('link', { name: 'ci-runner' }).waitFor({ state: 'detached' });
      await page.getByRole('textbox', { name: 'Find by name' }).fill('note');
      await page.waitForURL(/name=note/);
      await page.getByRole('link', { name: 'laptop' }).waitFor({ state: 'detached' });
      await page.reload();
      await page.getByRole('link', { name: 'notebook' }).waitFor();
      await page.getByRole('textbox', { name: 'Find by name' }).fill('nothing like it');
      await page.getByText('Nothing matches').waitFor();
      await look();
    });
  });
});

describe('signing in', () => {
  it('keeps what was typed, asks for the second factor, and goes where one wanted to go', async () => {
    await visit('desktop', '/keys?sort=name', { totp: true }, async ({ page, look }) => {
      await page.waitForURL(/sign-in\?return=/);
      await page.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
      await press(page, /^Sign in$/);
      await page.getByText('E-mail and password do not belong together.').waitFor();
      await look();
      expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('ann@example.com');
      await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'One more step' }).waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Code' }).fill('000000');
      await press(page, 'Confirm');
      await page.getByText('or was used already').waitFor();
      await page.getByRole('textbox', { name: 'Code' }).fill('123456');
      await press(page, 'Confirm');
      await page.waitForURL(/\/keys\?sort=name$/);
    });
  });

  it('says how long to wait after too many tries', async () => {
    await visit('desktop', '/sign-in', {}, async ({ page }) => {
      await page.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
      for (let tries = 0; tries < 6; tries++) {
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await page.waitForLoadState('networkidle');
      }

      await page.getByText('Too many tries. Try again in 30 s.').waitFor();
    });
  });

  it('ends where it began when signing out', async () => {
    await visit('desktop', '/keys', { signedIn: true }, async ({ page, hub }) => {
      await press(page, 'Account of Ann Park');
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByText('You are signed out.').waitFor();
      expect(hub.signedIn).toBe(false);
      await page.goBack();
      await page.waitForURL(/sign-in/);
    });
  });

  it('sends to the sign-in whoever is signed out meanwhile', async () => {
    await visit('desktop', '/keys', { signedIn: true }, async ({ page, hub }) => {
      hub.signedIn = false;
      await page.getByRole('link', { name: 'Overview' }).click();
      await page.waitForURL(/sign-in/);
    });
  });

  it('takes new users where the hub does, and names what is wrong', async () => {
    await visit('phone', '/sign-up', { sign_up: 'invite' }, async ({ page, hub, look }) => {
      await press(page, 'Create the account');
      await look();
      await page.getByRole('textbox', { name: 'Invitation' }).fill('welcome');
      await page.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com');
      await page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long enough one');
      await page.getByRole('textbox', { name: 'Password again' }).fill('a long enough one');
      await press(page, 'Create the account');
      await page.getByText('This address has an account already.').waitFor();
      await page.getByRole('textbox', { name: 'E-mail' }).fill('ben@example.com');
      await press(page, 'Create the account');
      await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
      expect(hub.signedIn).toBe(true);
    });
  });

  it('says so where nobody is taken', async () => {
    await visit('desktop', '/sign-up', { sign_up: 'closed' }, async ({ page, look }) => {
      await page.getByText('Ask an operator of this hub for an account.').waitFor();
      await look();
    });
  });
});

describe('settings', () => {
  it('switch an authenticator app on', async () => {
    await visit('desktop', '/settings/security', { signedIn: true }, async ({ page, hub, look }) => {
      await press(page, 'Set it up');
      await page.getByRole('img', { name: 'QR code of the secret' }).waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Six digits that it shows' }).fill('123 456');
      await press(page, 'Switch it on');
      await page.getByText('4kq7-x2mn').waitFor();
      await look();
      expect(hub.totp).toBe(true);
    });
  });

  it('show a new access token once', async () => {
    await visit('phone', '/settings/tokens', { signedIn: true, role: 'user' }, async ({ page, look }) => {
      await press(page, 'Create a token');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Name' }).fill('script');
      expect(await dialog.getByRole('checkbox').count(), 'a user is offered no operators’ scopes').toBe(2);
      await look();
      await dialog.getByRole('button', { name: 'Create' }).click();
      expect(await secretOf(page)).toMatch(/^aha_/);
      await look();
    });
  });

  it('ask the present password before there is a new one', async () => {
    await visit('desktop', '/settings/security', { signedIn: true }, async ({ page }) => {
      await page.getByRole('textbox', { name: 'Present password' }).fill('not this');
      await page.getByRole('textbox', { name: 'New password' }).fill('another long one');
      await page.getByRole('textbox', { name: 'Password again' }).fill('another long one');
      await press(page, 'Change the password');
      await page.getByText('This is not your present password.').waitFor();
    });
  });
});

describe('an edit', () => {
  it('does not write over what somebody else saved', async () => {
    await visit('desktop', '/keys/1', { signedIn: true }, async ({ page, hub, look }) => {
      const name = page.getByRole('textbox', { name: 'Name' });
      await name.fill('mine');
      const key = hub.keys.find(({ id }) => id === 1);
      Object.assign(key ?? {}, { name: 'theirs', version: 2 });
      await press(page, 'Save');
      await page.getByText('It was changed meanwhile').waitFor();
      await look();
      expect(await name.inputValue(), 'what was typed is kept').toBe('mine');
      expect(key?.name).toBe('theirs');
      await press(page, 'Load the present state');
      await expect.poll(() => name.inputValue()).toBe('theirs');
    });
  });

  it('shows the hub’s refusal at its field', async () => {
    await visit('desktop', '/keys/1', { signedIn: true }, async ({ page }) => {
      await page.getByRole('textbox', { name: 'Calls a minute' }).fill('999999');
      await press(page, 'Save');
      await page.getByText('At most 100000.').waitFor();
    });
  });
});

describe('the keyboard', () => {
  it('reaches any page by Ctrl-K', async () => {
    await visit('desktop', '/', { signedIn: true }, async ({ page, look }) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('textbox', { name: 'Search pages and actions' }).fill('tokens');
      await look();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/settings\/tokens/);
    });
  });

  it('can skip the navigation', async () => {
    await visit('desktop', '/keys', { signedIn: true }, async ({ page }) => {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    });
  });

  it('opens and closes the phone’s navigation', async () => {
    await visit('phone', '/keys', { signedIn: true }, async ({ page, look }) => {
      await press(page, 'Open navigation');
      await page.getByRole('dialog').getByRole('link', { name: 'Settings', exact: true }).waitFor();
      await look();
      await page.getByRole('dialog').getByRole('link', { name: 'Settings', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });
  });
});

describe('long lists', () => {
  it('go on by cursor and can be ordered', async () => {
    await visit('desktop', '/keys', { signedIn: true, pageSize: 3 }, async ({ page, hub }) => {
      await page.getByText('3 shown').waitFor();
      await press(page, 'Show more');
      await page.getByText('4 shown').waitFor();
      await page.getByRole('button', { name: 'Name' }).click();
      await page.waitForURL(/sort=name/);
      await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort="ascending"]')).waitFor();
      expect(hub.calls.filter((call) => call.path === '/api/me/keys').length).toBeGreaterThanOrEqual(3);
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { Person } from '../hub/real.mjs';
import { withHub } from './hub';

let bo: Person & { id: number };
const stage = withHub(async (hub, owner) => { bo = await hub.join(owner, 'bo@example.com'); });

describe.each(['desktop', 'phone'] as const)('on a %s', (width) => {
  it('an operator makes codes, and somebody puts one into their wallet', async () => {
    const tag = `spring-${width}`;
    let code = '';
    await stage.visit(width, '/codes', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Redemption codes' }).waitFor();
      await look();
      await page.getByRole('button', { name: 'Create codes' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await dialog.getByText('Please fill this in.').first().waitFor();
      await dialog.getByRole('textbox', { name: 'How many' }).fill('2');
      await dialog.getByRole('textbox', { name: 'Worth each, in USD' }).fill('5');
      await dialog.getByRole('textbox', { name: 'Why' }).fill('spring meeting');
      await dialog.getByRole('textbox', { name: /^Tag/ }).fill(tag);
      await look();
      await dialog.getByRole('button', { name: 'Create' }).click();
      code = (await page.getByRole('textbox', { name: 'The codes are made' }).inputValue()).split('\n')[0] ?? '';
      expect(code).toMatch(/^AIO-/);
      await page.getByRole('textbox', { name: 'Find by tag' }).fill(tag);
      await page.getByText('2 shown').waitFor();
      await look();
      await page.reload();
      await page.getByText('2 shown').waitFor();
      expect(await page.content(), 'the text is shown once').not.toContain(code);
    });
    await stage.visit(width, '/wallet', { as: bo }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Wallet' }).waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Code' }).fill('AIO-AAAAA-AAAAA-AAAAA-AAAAA');
      await page.getByRole('button', { name: 'Redeem' }).click();
      await page.getByText('cannot be redeemed').waitFor();
      await page.getByRole('textbox', { name: 'Code' }).fill(code.toLowerCase());
      await page.getByRole('button', { name: 'Redeem' }).click();
      await page.getByText('are in your wallet').waitFor();
      await page.getByRole('table', { name: 'What moved' }).getByText('+$5.00').first().waitFor();
      await page.getByRole('textbox', { name: 'Code' }).fill(code);
      await page.getByRole('button', { name: 'Redeem' }).click();
      await page.getByText(/You redeemed this code on/).waitFor();
      await look();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
      expect(file.suggestedFilename()).toMatch(/^statement-\d{4}-\d{2}\.csv$/);
    });
  });

  it('an operator tops a wallet up, puts it right, and the audit log tells it', async () => {
    await stage.visit(width, '/users', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
      await look();
      await page.getByRole('link', { name: 'bo@example.com' }).click();
      await page.getByRole('heading', { level: 1, name: 'bo@example.com' }).waitFor();
      await look();
      const reason = `invoice ${width}`;
      await page.getByRole('button', { name: 'Move money' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Amount in USD' }).fill('12.5');
      await dialog.getByRole('button', { name: 'Top up' }).click();
      await dialog.getByText('Please fill this in.').waitFor();
      await dialog.getByRole('textbox', { name: 'Why' }).fill(reason);
      await look();
      await dialog.getByRole('button', { name: 'Top up' }).click();
      await page.getByText(reason, { exact: true }).waitFor();
      await page.getByRole('textbox', { name: 'Price multiplier' }).fill('1.25');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved').first().waitFor();
      await page.goto(`/audit?subject=${encodeURIComponent('user bo@example.com')}`);
      await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
      if (width === 'desktop') {
        await page.getByText('1.25').first().waitFor();
      }

      await look();
    });
  });
});

it('somebody is invited, comes by the link, and an invitation is taken back', async () => {
  let link = '';
  await stage.visit('desktop', '/users', { as: stage.owner() }, async ({ page, look }) => {
    for (const email of ['cy@example.com', 'di@example.com']) {
      await page.getByRole('button', { name: 'Invite somebody' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: /^E-mail/ }).fill(email);
      await page.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click();
      await page.getByRole('listitem').filter({ hasText: email }).waitFor();
      link ||= (await page.getByTestId('secret').textContent()) ?? '';
    }

    await look();
    await page.getByRole('listitem').filter({ hasText: 'di@example.com' }).getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('listitem').filter({ hasText: 'di@example.com' }).waitFor({ state: 'detached' });
  });
  await stage.visit('desktop', link.replace(/^https?:\/\/[^/]+/, ''), {}, async ({ page, look }) => {
    await page.getByRole('heading', { level: 1, name: 'Create an account' }).waitFor();
    await look();
    await page.getByRole('textbox', { name: 'E-mail' }).fill('cy@example.com');
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill('correct horse battery');
    await page.getByRole('textbox', { name: 'Password again' }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
  });
});

it('who is no operator finds no operator’s pages, and nothing of them', async () => {
  await stage.visit('desktop', '/users', { as: bo }, async ({ page }) => {
    await page.getByText('Your role does not allow this.').first().waitFor();
    expect(await page.getByRole('navigation').getByText('Operate').count()).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withHub } from './hub';
import { startUpstream, type Upstream } from './upstream';

let upstream: Upstream;
beforeAll(async () => { upstream = await startUpstream(); });
afterAll(async () => { await upstream.close(); });
const stage = withHub();
const secret = 'sk-of-the-browser-test-7Qx2';

describe.each(['desktop', 'phone'] as const)('channels on a %s', (width) => {
  it('are added by a form that knows their type, tested raw, and found on the list', async () => {
    const name = `mine-${width}`;
    await stage.visit(width, '/channels/new', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('radio', { name: /^openai-compatible/ }).check({ force: true });
      await page.getByRole('button', { name: 'Add the channel' }).click();
      await page.getByText('needs one, or settings.preset').first().waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByRole('textbox', { name: 'Address' }).first().fill(upstream.address);
      await page.getByLabel('Secret').first().fill(secret);
      await page.getByRole('combobox', { name: 'Groups' }).click();
      await page.getByRole('option', { name: 'openai', exact: true }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'More settings' }).click();
      await page.getByRole('textbox', { name: 'Models' }).fill('gpt-4o*');
      await page.getByRole('switch', { name: 'Allow private addresses' }).check({ force: true });
      await look();
      await page.getByRole('button', { name: 'Add the channel' }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.getByRole('button', { name: 'Run the test' }).click();
      await page.getByText('Everything passed').waitFor();
      expect(await page.content(), 'the secret is nowhere').not.toContain(secret);
      await page.getByText('POST http').first().waitFor();
      await look();
      await page.getByRole('tab', { name: 'Models' }).click();
      await page.getByRole('button', { name: 'Fetch the list' }).click();
      await page.getByRole('checkbox', { name: 'brand-new' }).check();
      await page.getByRole('button', { name: 'Add 1 to the models above' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved').first().waitFor();
      expect(await page.getByRole('textbox', { name: 'Models' }).first().inputValue()).toBe('gpt-4o*\nbrand-new');
      await look();
      for (const tab of ['Credentials', 'Overrides', 'Health', 'Basics']) {
        await page.getByRole('tab', { name: tab }).click();
        await look();
      }

      await page.goto('/channels?group=openai&text=mine');
      await page.getByRole('link', { name }).waitFor();
      await look();
    });
  });

  it('have credentials that are replaced, switched off and taken away', async () => {
    const made = await stage.owner().call('POST', '/api/admin/channels', { name: `keys-${width}`, type: 'openai', credentials: [{ name: 'main', secret: 'sk-main-main-main-main' }] });
    await stage.visit(width, `/channels/${String(made.id)}/credentials`, { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('button', { name: 'Add a credential' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('second');
      await page.getByRole('dialog').getByLabel('Secret').fill('sk-second-second-8888');
      await look();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('sk-…8888').waitFor();
      await page.getByRole('button', { name: 'Actions for second' }).click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('sk-…8888').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Actions for main' }).click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('is the channel\'s last').waitFor();
    });
  });

  it('are tested many at once, with a line for each', async () => {
    await stage.owner().call('POST', '/api/admin/channels', { name: `lost-${width}`, type: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1', allow_private_network: true, tags: ['lost'] });
    await stage.visit(width, `/channels?text=lost-${width}`, { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('button', { name: 'Test these' }).click();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('1 of 1 · 1 failed').waitFor();
      await look();
    });
  });
});

import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub(async (_, owner) => {
  const edit = { model: 'sandbox/echo', add: [{ input: 3, output: 15, cache_read: 0.3, cache_write_5m: 3.75, tiers: [{ above: 200000, input: 6, output: 22.5, cache_read: 0.6, cache_write_5m: 7.5 }] }], force: true };
  const seen = await fetch(`${owner.address}/api/admin/prices/preview`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', cookie: `aiohub_session=${owner.cookie}` }, body: JSON.stringify(edit) });
  await owner.call('POST', '/api/admin/prices/apply', edit, { 'if-match': seen.headers.get('etag') ?? '' });
});

describe.each(['desktop', 'phone'] as const)('the models on a %s', (width) => {
  it('are found, opened and compared across groups for a call of one’s own', async () => {
    const eve = await stage.hub().join(stage.owner(), `eve-${width}@example.com`);
    await stage.visit(width, '/catalog', { as: eve }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Find a model' }).fill('echo');
      await page.waitForURL(/text=echo/);
      await page.getByRole('link', { name: 'Sandbox Echo' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sandbox Echo' }).waitFor();
      const groups = page.getByRole('list', { name: 'Groups side by side' }).locator('> li');
      await groups.first().getByText('Cheapest').waitFor();
      // The catalogue is read anew each second: a price that was made a moment ago may come with the next look.
      await expect.poll(async () => {
        await page.reload();
        await groups.first().getByText('Cheapest').waitFor();
        return groups.first().textContent();
      }, { timeout: 20_000, interval: 500 }).toContain('claude-kiro');
      await look();
      await page.getByRole('textbox', { name: 'New input tokens' }).fill('1000000');
      await page.getByRole('textbox', { name: 'Cached input tokens' }).fill('0');
      await page.getByRole('textbox', { name: 'Output tokens' }).fill('0');
      // A million new tokens pay the upper tier: 6 USD, and 0.4 of it in that group.
      await groups.first().getByText('$2.40').last().waitFor();
      expect(page.url()).toContain('input=1000000');
      await page.getByRole('link', { name: 'Try it' }).click();
      await page.waitForURL(/\/playground\?model=sandbox%2Fecho/);
    });
  });

  it('say so when nothing matches and when there is no such model', async () => {
    await stage.visit(width, '/catalog?text=nothing-of-that-name', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
      await look();
      await page.goto('/catalog/nobody');
      await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withHub } from './hub';
import { startUpstream, type Upstream } from './upstream';

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
  upstream.refuse(401);
});
afterAll(async () => { await upstream.close(); });
const stage = withHub();

describe.each(['desktop', 'phone'] as const)('the health board on a %s', (width) => {
  it('shows what broke and why, by itself, until it is reset', async () => {
    const [channel, group] = [`sick-${width}`, `ward-${width}`];
    const owner = stage.owner();
    await owner.call('POST', '/api/admin/groups', { name: group });
    await owner.call('POST', '/api/admin/channels', { name: channel, type: 'openai-compatible', base_url: upstream.address, allow_private_network: true, models: ['gpt-4o*'], credentials: [{ name: 'main', secret: 'sk-that-was-taken-away' }], groups: [group] });
    const { secret } = await owner.call('POST', '/api/me/keys', { name: group, groups: [group] });
    await stage.visit(width, '/health', { as: owner }, async ({ page, hub, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor();
      await look();
      expect((await hub.chat('hello', { model: 'gpt-4o-mini', key: String(secret) })).status).not.toBe(200);
      // The board reads itself anew.
      await page.getByRole('article', { name: channel }).getByText('key refused').waitFor();
      await look();
      await page.getByRole('article', { name: channel }).getByRole('link', { name: channel }).click();
      await page.getByText('This key was taken away.').first().waitFor();
      await look();
      await page.getByRole('button', { name: 'Reset cooldowns' }).click();
      await page.getByText('Healthy').first().waitFor();
    });
  });
});

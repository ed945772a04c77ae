import { describe, expect, it } from 'vitest';
import type { Person } from '../hub/real.mjs';
import { makeTraffic } from '../hub/traffic.mjs';
import { withHub } from './hub';

let traffic: Awaited<ReturnType<typeof makeTraffic>>;
const stage = withHub(async (hub, owner: Person) => { traffic = await makeTraffic(hub, owner); });

describe.each(['desktop', 'phone'] as const)('the dashboard on a %s', (width) => {
  it.each([false, true])('shows what all calls came to and leads to them (dark: %s)', async (dark) => {
    await stage.visit(width, '/dashboard', { as: stage.owner(), dark }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
      const users = page.getByRole('list', { name: 'Top users' });
      await users.getByText('bob@example.com').waitFor();
      const flow = page.getByRole('region', { name: 'From groups to channels' });
      await flow.getByRole('row').filter({ hasText: 'far-away' }).getByText('100%').waitFor();
      await look();
      await page.getByText('30 days').click();
      await page.waitForURL(/span=30d/);
      await users.getByText('bob@example.com').waitFor();
      await flow.getByRole('link', { name: 'sandbox' }).first().click();
      await page.getByRole('table', { name: 'Request log' }).waitFor();
      expect(new URL(page.url()).searchParams.get('channel')).toBe('sandbox');
    });
  });

  it('is not for callers', async () => {
    await stage.visit(width, '/', { as: traffic.bob }, async ({ page, look }) => {
      await page.getByRole('list', { name: 'By key' }).getByText('bot').waitFor();
      expect(await page.getByRole('link', { name: 'Dashboard' }).count()).toBe(0);
      await look();
      await page.getByRole('list', { name: 'By model' }).getByRole('link', { name: 'sandbox/echo' }).click();
      await page.getByRole('table', { name: 'Request log' }).waitFor();
    });
  });
});

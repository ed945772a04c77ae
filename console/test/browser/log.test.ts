import { describe, expect, it } from 'vitest';
import type { Person } from '../hub/real.mjs';
import { makeTraffic } from '../hub/traffic.mjs';
import { withHub } from './hub';

let traffic: Awaited<ReturnType<typeof makeTraffic>>;
const stage = withHub(async (hub, owner: Person) => { traffic = await makeTraffic(hub, owner); });

describe.each(['desktop', 'phone'] as const)('the log on a %s', (width) => {
  it('shows the newest calls, finds what is asked for, and goes back by the address', async () => {
    await stage.visit(width, '/log', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('table', { name: 'Request log' }).waitFor();
      await look();
      await page.getByRole('combobox', { name: 'Outcome' }).click();
      await page.getByRole('option', { name: 'Refused' }).click();
      await page.getByText(/Refused · /).first().waitFor();
      await page.getByRole('table').getByText('Completed', { exact: true }).first().waitFor({ state: 'detached' });
      expect(new URL(page.url()).searchParams.get('outcome')).toBe('refused');
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByRole('textbox', { name: 'Status' }).fill('5xx');
      await look();
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
      await look();
      await page.getByRole('button', { name: 'Drop the filter Status' }).click();
      await page.getByText(/Refused · /).first().waitFor();
    });
  });

  it('shows operators everybody’s calls, with channels and costs', async () => {
    await stage.visit(width, '/log', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByText('Everybody’s', { exact: true }).click();
      await page.getByText('bob@example.com').first().waitFor();
      await page.getByText('sandbox', { exact: true }).first().waitFor();
      await look();
    });
  });

  it('lets callers see their own alone', async () => {
    await stage.visit(width, '/log?scope=all', { as: traffic.bob }, async ({ page }) => {
      await page.getByRole('table').waitFor();
      expect(await page.getByText('Everybody’s').count()).toBe(0);
      expect(await page.getByText('ann@example.com').count()).toBe(0);
      await page.goto(`/log/${traffic.failedOver}`);
      await page.getByRole('heading', { name: 'There is no such call' }).waitFor();
      await page.getByRole('link', { name: 'To the request log' }).click();
      await page.getByRole('table').waitFor();
    });
  });

  it('tells a call from its needs to its charge, failed attempts among it', async () => {
    await stage.visit(width, `/log/${traffic.failedOver}`, { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'sandbox/echo' }).waitFor();
      const parts = page.getByRole('region', { name: 'Where the time went' });
      await parts.getByText('Attempt 1: shaky › far-away').waitFor();
      await parts.getByText(/^Attempt \d: shaky › sandbox$/).waitFor();
      const why = page.getByRole('region', { name: 'Why it went there' });
      await why.getByText('streaming').waitFor();
      await why.getByText('served', { exact: true }).waitFor();
      await page.getByRole('region', { name: 'What it used and cost' }).getByText('Charged').waitFor();
      await look();
      await page.getByRole('button', { name: 'Copy the request id' }).click();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(traffic.failedOver);
      await page.getByRole('region', { name: 'Details' }).getByRole('link', { name: 'shaky' }).click();
      await page.getByRole('table', { name: 'Request log' }).waitFor();
      expect(new URL(page.url()).searchParams.get('group')).toBe('shaky');
    });
  });

  it('tells of a call that was refused', async () => {
    await stage.visit(width, `/log/${traffic.refused}`, { as: stage.owner(), dark: true }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'no-such-model' }).waitFor();
      await page.getByText('It was refused before any upstream was tried.').waitFor();
      await page.getByText('Nothing was charged.').waitFor();
      await look();
    });
  });
});

describe('the live log', () => {
  it('shows new calls as they end', async () => {
    await stage.visit('desktop', '/log', { as: stage.owner() }, async ({ page, hub }) => {
      await page.getByRole('switch', { name: 'Live' }).click();
      const made = await hub.chat('look at me', { model: 'sandbox/think' });
      await page.locator(`a[href="/log/${made.request}"]`).waitFor();
    });
  });

  it('gives all that is found as a file', async () => {
    await stage.visit('desktop', '/log?outcome=refused', { as: stage.owner() }, async ({ page }) => {
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'CSV' }).click()]);
      const { readFile } = await import('node:fs/promises');
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
      expect(lines[0]).toContain('request_id,');
      expect(lines.length).toBe(2);
      expect(lines[1]).toContain(traffic.refused);
    });
  });
});

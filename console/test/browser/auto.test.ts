import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub(async (_, owner) => {
  for (const name of ['for-echo', 'restricted-one']) {
    await owner.call('POST', '/api/admin/groups', { name, channels: [{ channel: 'sandbox', priority: 0, weight: 10 }], ...(name === 'restricted-one' ? { visibility: 'restricted', tags: ['early'] } : {}) });
  }
});

interface Auto { order: string[]; rules: { model: string; groups: string[]; clients: string[] }[]; places: { group: string }[] }
const read = (): Promise<Auto> => stage.owner().call('GET', '/api/admin/auto');

describe.each(['desktop', 'phone'] as const)('how auto picks, on a %s', (width) => {
  it('is put in order, ruled, refused with the reason at its field, and tried at once', async () => {
    await stage.owner().change('/api/admin/auto', { order: ['openai', 'anthropic'], rules: [] });
    await stage.visit(width, '/groups/auto', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('tab', { name: 'How it picks' }).waitFor();
      const first = page.getByRole('list', { name: 'First, in this order' }).getByRole('listitem');
      await first.nth(1).waitFor();
      await look();
      await page.getByRole('button', { name: 'Put in order: gemini' }).click();
      await page.getByRole('button', { name: 'Move gemini up' }).click();
      const drag = page.getByRole('button', { name: 'Drag openai' });
      await drag.focus();
      await page.keyboard.press('Space');
      await page.waitForTimeout(150);
      await page.keyboard.press('ArrowDown');
      await page.waitForTimeout(250);
      await page.keyboard.press('Space');
      await page.waitForTimeout(150);
      await expect.poll(() => first.first().textContent()).toContain('gemini');
      await page.getByRole('button', { name: 'Leave anthropic to its tier' }).click();
      const rest = page.getByRole('list', { name: 'Then, by tier' }).getByRole('listitem');
      expect(await rest.filter({ hasText: 'restricted-one' }).textContent()).toContain('only for tags: early');

      await page.getByRole('button', { name: 'Add a rule' }).click();
      await page.getByRole('textbox', { name: 'For models' }).fill('sandbox/*');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('names no group').waitFor();
      await look();
      await page.getByRole('combobox', { name: 'First try' }).click();
      await page.getByRole('option', { name: 'for-echo' }).click();
      await page.keyboard.press('Escape');
      const clients = page.getByRole('combobox', { name: 'When the client is' });
      await clients.fill('claude-cli/* (external, cli)');
      await clients.press('Enter');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => { const { order, rules } = await read(); return { order, rules: rules.map(({ model, groups, clients: of }) => ({ model, groups, clients: of })) }; })
        .toEqual({ order: ['gemini', 'openai'], rules: [{ model: 'sandbox/*', groups: ['for-echo'], clients: ['claude-cli/* (external, cli)'] }] });
      // What the page works out while one drags is what the hub does.
      const places = (await read()).places.map(({ group }) => group);
      const names = async () => (await first.getByRole('link').allTextContents()).concat(await rest.getByRole('link').allTextContents());
      await expect.poll(names).toEqual(places);
      await look();

      const explain = page.getByRole('region', { name: 'Explain' });
      const told = async (client: string) => {
        await explain.getByRole('textbox', { name: 'Client' }).fill(client);
        await explain.getByRole('textbox', { name: 'Model' }).fill('sandbox/echo');
        await explain.getByRole('button', { name: 'Explain' }).click();
        return explain.getByRole('status').textContent();
      };
      await expect.poll(() => told('claude-cli/2.1.3 (external, cli)'), { timeout: 20_000 }).toMatch(/It goes to for-echo/);
      await expect.poll(() => told('curl/8.5'), { timeout: 20_000 }).toMatch(/It goes to gemini/);
      await look();
    });
  });
});

describe('how auto picks', () => {
  it('says kindly that somebody else was faster', async () => {
    await stage.visit('desktop', '/groups/auto', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('button', { name: 'Put in order: doubao' }).click();
      await stage.owner().change('/api/admin/auto', { order: ['xai'], rules: [] });
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('It was changed meanwhile').waitFor();
      await look();
      await page.getByRole('button', { name: 'Load the present state' }).click();
      await expect.poll(() => page.getByRole('list', { name: 'First, in this order' }).textContent()).toContain('xai');
    });
  });
});

import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub();

describe.each(['desktop', 'phone'] as const)('prices on a %s', (width) => {
  it('are changed after one has seen what moves, and the history tells who did it', async () => {
    const input = width === 'desktop' ? '3' : '4';
    await stage.visit(width, '/prices?text=sandbox%2Fecho', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Prices' }).waitFor();
      await look();
      await page.getByRole('button', { name: 'Edit: sandbox/echo' }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('textbox', { name: 'Input', exact: true }).fill(input);
      await drawer.getByRole('textbox', { name: 'Output', exact: true }).fill('15');
      await drawer.getByRole('button', { name: 'Show what changes' }).click();
      const seen = drawer.getByRole('region', { name: 'What would change' });
      await seen.getByText('claude-kiro').waitFor();
      expect(await seen.textContent()).toContain(`$${input}.00`);
      await look();
      await seen.getByRole('button', { name: 'Apply' }).click();
      await drawer.getByText('in force').first().waitFor();
      expect(await drawer.getByRole('list', { name: 'History' }).textContent()).toContain('ann@example.com');
      await look();
    });
  });

  it('that look like a slip are not applied before somebody insists', async () => {
    await stage.visit(width, '/prices?model=sandbox%2Ftool&part=edit', { as: stage.owner() }, async ({ page, look }) => {
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('textbox', { name: 'Input', exact: true }).fill('99999');
      await drawer.getByRole('button', { name: 'Show what changes' }).click();
      await drawer.getByText('This looks like a slip').waitFor();
      expect(await drawer.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
      await look();
      await drawer.getByRole('checkbox', { name: /It is right/ }).check();
      expect(await drawer.getByRole('button', { name: 'Apply' }).isEnabled()).toBe(true);
    });
  });

  it('come from a document, as a difference first, and can be taken back', async () => {
    await stage.visit(width, '/prices/sync', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Sync prices' }).waitFor();
      await look();
      await page.getByRole('combobox', { name: 'Source' }).click();
      await page.getByRole('option', { name: 'Paste it here' }).click();
      await page.getByRole('textbox', { name: /^The document/ }).fill('{');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByText('This is no JSON').waitFor();
      await page.getByRole('textbox', { name: /^The document/ }).fill(JSON.stringify({ [`house-${width}`]: { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 0.000002, output_cost_per_token: 0.000008 } }));
      await page.getByRole('checkbox', { name: 'Only models that the catalogue knows' }).uncheck();
      await page.getByRole('textbox', { name: 'Only these models' }).fill('house-*');
      await page.getByRole('button', { name: 'Compare' }).click();
      const plan = page.getByRole('list', { name: 'The difference' });
      await plan.getByText(`house-${width}`).waitFor();
      await look();
      await page.getByRole('button', { name: 'Apply 1' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Apply 1' }).click();
      await page.getByText(/^Sync \d+: 1 models/).first().waitFor();
      await page.getByRole('button', { name: 'Undo' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
      await page.getByText('undone', { exact: true }).first().waitFor();
      await look();
    });
  });
});

describe('a model without a price', () => {
  it('stands at the top of the page, and a price takes it away', async () => {
    const owner = stage.owner();
    const { items } = await owner.call('GET', '/api/admin/prices?text=sandbox/think') as { items: { price: { version: string } }[] };
    const edit = { model: 'sandbox/think', retire: [items[0]?.price.version], force: true };
    const seen = await fetch(`${owner.address}/api/admin/prices/preview`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', cookie: `aiohub_session=${owner.cookie}` }, body: JSON.stringify(edit) });
    await owner.call('POST', '/api/admin/prices/apply', edit, { 'if-match': seen.headers.get('etag') ?? '' });
    await stage.visit('desktop', '/prices', { as: owner }, async ({ page, look }) => {
      await page.getByText('Models without a price: 1').waitFor();
      await look();
      await page.getByRole('button', { name: 'sandbox/think' }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('textbox', { name: 'Input', exact: true }).fill('1');
      await drawer.getByRole('textbox', { name: 'Output', exact: true }).fill('2');
      await drawer.getByRole('button', { name: 'Show what changes' }).click();
      await drawer.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('Models without a price').waitFor({ state: 'detached' });
    });
  });

  it('and no caller sees the page', async () => {
    const caller = await stage.hub().join(stage.owner(), 'caller@example.com');
    await stage.visit('phone', '/catalog', { as: caller }, async ({ page }) => {
      await page.getByRole('button', { name: 'Open navigation' }).click();
      expect(await page.getByRole('link', { name: 'Prices' }).count()).toBe(0);
    });
  });
});

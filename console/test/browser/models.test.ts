import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

interface Item { id: string; origin: string; changed: string[]; vendor: string; context_window?: number; aliases: string[]; capabilities: string[] }

const stage = withHub();
const read = (id: string): Promise<Item> => stage.owner().call('GET', `/api/admin/models/${encodeURIComponent(id)}`);

describe.each(['desktop', 'phone'] as const)('models of the catalogue on a %s', (width) => {
  it('are added from a channel’s missing price, with what is wrong told at its field', async () => {
    const id = `house-${width}`;
    await stage.owner().call('POST', '/api/admin/channels', { name: `house-${width}`, type: 'openai', models: [id], credentials: [{ name: 'main', secret: 'sk-house-0123456789abcdef' }], groups: ['opensource'] });
    await expect.poll(async () => JSON.stringify(await stage.owner().call('GET', '/api/admin/prices/missing')), { timeout: 20_000 }).toContain(id);
    await stage.visit(width, '/prices', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('link', { name: `Add it: ${id}` }).click();
      await page.getByRole('heading', { level: 1, name: 'Add a model' }).waitFor();
      expect(await page.getByRole('textbox', { name: 'Name in calls' }).inputValue()).toBe(id);
      await look();
      await page.getByRole('textbox', { name: 'Title' }).fill('House Model');
      await page.getByRole('textbox', { name: 'Vendor' }).fill('house');
      await page.getByRole('textbox', { name: 'Context window' }).fill('131072');
      await page.getByRole('checkbox', { name: 'Tools', exact: true }).check();
      const aliases = page.getByRole('combobox', { name: 'Also called' });
      await aliases.fill('gpt-4o');
      await aliases.press('Enter');
      await page.getByRole('button', { name: 'Add the model' }).click();
      await page.getByText('is a name of gpt-4o already').waitFor();
      await look();
      expect(await page.getByRole('textbox', { name: 'Title' }).inputValue(), 'nothing typed is lost').toBe('House Model');
      await aliases.press('Backspace');
      await aliases.fill(`h-${width}`);
      await aliases.press('Enter');
      await page.getByRole('button', { name: 'Add the model' }).click();
      await page.waitForURL(new RegExp(`/catalog/${id}/change`));
      expect(await read(id)).toMatchObject({ origin: 'own', vendor: 'house', context_window: 131072, aliases: [`h-${width}`], capabilities: ['tools'] });
      await page.getByText('It has no price').waitFor();
      await look();
      await page.getByRole('link', { name: 'Set a price' }).click();
      await page.waitForURL(/prices\?model=.*part=edit/);
      await page.getByRole('dialog').getByRole('link', { name: 'Facts' }).click();
      await page.waitForURL(/\/change$/);

      const key: { id: number } = await stage.owner().call('POST', '/api/me/keys', { name: `only-${width}`, models: [id] });
      expect(key.id).toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Remove' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(`Keys that may call nothing else: only-${width}`).waitFor();
      expect(await dialog.getByRole('list', { name: 'Who loses it' }).textContent()).toContain(`Channels that list it: house-${width}`);
      await look();
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await page.waitForURL(/\/catalog\/all/);
      await expect(read(id)).rejects.toThrow('404');
    });
  });

  it('differ from the built-in catalogue where somebody said so, are marked, and go back', async () => {
    const id = width === 'desktop' ? 'claude-opus-4-7' : 'claude-sonnet-4-6';
    const before = await read(id);
    await stage.visit(width, `/catalog/all?text=${id}`, { as: stage.owner() }, async ({ page, look }) => {
      await look();
      await page.getByRole('link', { name: `Edit: ${id}` }).click();
      await page.getByRole('textbox', { name: 'Vendor' }).waitFor();
      await page.getByRole('textbox', { name: 'Vendor' }).fill('the house');
      await page.getByRole('textbox', { name: 'Longest answer' }).fill('4321');
      await page.getByText(`The catalogue says: ${before.vendor}`).waitFor();
      await page.getByRole('checkbox', { name: 'PDF' }).uncheck();
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await read(id)).changed).toEqual(['vendor', 'max_output_tokens', 'capabilities']);
      await page.getByText('Changed: 3').waitFor();
      await look();

      await page.getByRole('button', { name: 'Back to it: Longest answer' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await read(id)).changed).toEqual(['vendor', 'capabilities']);
      await page.getByText('Changed: 2').waitFor();
      await page.getByRole('button', { name: 'All back to the catalogue' }).click();
      await look();
      await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
      await expect.poll(async () => (await read(id)).origin).toBe('builtin');
      expect(await read(id)).toEqual(before);
    });
  });

  it('lose nothing that was typed when somebody else was faster', async () => {
    const id = width === 'desktop' ? 'gpt-4.1' : 'gpt-4.1-mini';
    await stage.visit(width, `/catalog/${id}/change`, { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('textbox', { name: 'Vendor' }).fill('mine');
      await stage.owner().change(`/api/admin/models/${id}`, { context_window: 777, vendor: 'theirs' });
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Somebody else saved a change meanwhile').waitFor();
      expect(await page.getByRole('alert').filter({ hasText: 'Somebody else' }).textContent()).toMatch(/Context window: .* → 777.*|yours: mine/);
      await look();
      await page.getByRole('button', { name: 'Go on with mine on top' }).click();
      expect(await page.getByRole('textbox', { name: 'Vendor' }).inputValue()).toBe('mine');
      expect(await page.getByRole('textbox', { name: 'Context window' }).inputValue()).toBe('777');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => { const { vendor, context_window } = await read(id); return { vendor, context_window }; }).toEqual({ vendor: 'mine', context_window: 777 });
      await page.getByText('Changed: 2').waitFor();
    });
  });

  it('are brought back after they were removed, and missing ones are offered to be added', async () => {
    const id = width === 'desktop' ? 'gpt-4o' : 'gpt-4o-mini';
    const before = await read(id);
    await stage.visit(width, `/catalog/${id}/change`, { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByText('it can be brought back').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.waitForURL(/\/catalog\/all/);
      await page.goto('/catalog/all?origin=removed');
      await page.getByText('Removed', { exact: true }).first().waitFor();
      await look();
      await page.getByRole('button', { name: `Bring back: ${id}` }).click();
      await page.waitForURL(new RegExp(`/catalog/${id}/change`));
      expect(await read(id)).toEqual(before);
      await page.goto('/catalog/nobody-knows%2Fthis/change');
      await page.getByRole('heading', { name: 'It is not in the catalogue' }).waitFor();
      await look();
      await page.getByRole('link', { name: 'Add it' }).click();
      expect(await page.getByRole('textbox', { name: 'Name in calls' }).inputValue()).toBe('nobody-knows/this');
    });
  });
});

describe('the catalogue', () => {
  it('leads operators to a model’s facts, and nobody else', async () => {
    await stage.visit('desktop', '/catalog/sandbox%2Fecho', { as: stage.owner() }, async ({ page }) => {
      await page.getByRole('link', { name: 'Change' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sandbox Echo' }).waitFor();
      await page.goto('/catalog');
      await page.getByRole('link', { name: 'Catalogue', exact: true }).waitFor();
    });
    const bo = await stage.hub().join(stage.owner(), 'bo@example.com');
    await stage.visit('desktop', '/catalog/sandbox%2Fecho', { as: bo }, async ({ page }) => {
      await page.getByRole('heading', { level: 1, name: 'Sandbox Echo' }).waitFor();
      expect(await page.getByRole('link', { name: 'Change' }).count()).toBe(0);
      await page.goto('/catalog/sandbox%2Fecho/change');
      await page.getByText('Your role does not allow this').waitFor();
    });
  });
});

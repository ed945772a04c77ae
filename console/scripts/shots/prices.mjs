import { priced } from './catalog.mjs';

export async function prepare(_, owner) {
  await priced(owner);
  const { items } = await owner.call('GET', '/api/admin/prices?text=sandbox/think');
  const edit = { model: 'sandbox/think', retire: [items[0].price.version], force: true };
  const seen = await fetch(`${owner.address}/api/admin/prices/preview`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', cookie: `aiohub_session=${owner.cookie}` }, body: JSON.stringify(edit) });
  await owner.call('POST', '/api/admin/prices/apply', edit, { 'if-match': seen.headers.get('etag') ?? '' });
}

const cost = (input, output) => ({ litellm_provider: 'openai', mode: 'chat', input_cost_per_token: input / 1e6, output_cost_per_token: output / 1e6 });
const document = { 'gpt-4o': cost(2.2, 9), 'gpt-4.1': cost(250, 8), 'house-1': cost(2, 8) };

export const shots = [
  { name: 'prices', path: '/prices', whole: false },
  { name: 'price-history', path: '/prices?model=sandbox%2Fecho', whole: false },
  { name: 'price-preview', path: '/prices?model=sandbox%2Fecho&part=edit', act: async (page) => {
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Input', exact: true }).fill('2.5');
    await drawer.getByRole('button', { name: 'Show what changes' }).click();
    await drawer.getByRole('region', { name: 'What would change' }).scrollIntoViewIfNeeded();
    await drawer.getByRole('button', { name: 'Apply' }).scrollIntoViewIfNeeded();
  }, whole: false, only: ['desktop', 'dark', 'phone'] },
  { name: 'price-sync', path: '/prices/sync', act: async (page) => {
    await page.getByRole('combobox', { name: 'Source' }).click();
    await page.getByRole('option', { name: 'Paste it here' }).click();
    await page.getByRole('textbox', { name: /^The document/ }).fill(JSON.stringify(document, null, 1));
    await page.getByRole('checkbox', { name: 'Only models that the catalogue knows' }).uncheck();
    await page.getByRole('textbox', { name: 'Only these models' }).fill('gpt-4o, gpt-4.1, house-*');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('list', { name: 'The difference' }).getByText('house-1').waitFor();
  }, only: ['desktop', 'dark', 'phone'] },
];

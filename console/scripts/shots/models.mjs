import { priced } from './catalog.mjs';

export async function prepare(_, owner) {
  await priced(owner);
  await owner.call('POST', '/api/admin/models', { id: 'house-model-1', display_name: 'House Model 1', vendor: 'house', context_window: 131072, aliases: ['house'], capabilities: ['tools', 'streaming'] });
  await owner.change('/api/admin/models/claude-opus-4-7', { vendor: 'anthropic, by the house', max_output_tokens: 32000, capabilities: ['streaming', 'tools', 'images'] });
  await owner.call('POST', '/api/admin/channels', { name: 'house', type: 'openai', models: ['house-model-1'], credentials: [{ name: 'main', secret: 'sk-house-0123456789abcdef' }], groups: ['opensource'] });
  await owner.call('POST', '/api/me/keys', { name: 'laptop', models: ['house-model-1'] });
}

export const shots = [
  { name: 'catalogue', path: '/catalog/all', whole: false },
  { name: 'catalogue-model', path: '/catalog/claude-opus-4-7/change' },
  { name: 'catalogue-new', path: '/catalog/new', only: ['desktop', 'phone'] },
  { name: 'catalogue-faster', path: '/catalog/gpt-4.1/change', act: async (page) => {
    await page.getByRole('textbox', { name: 'Vendor' }).fill('mine');
    const etag = await page.evaluate(async () => {
      const read = await fetch('/api/admin/models/gpt-4.1');
      const value = await read.json();
      const etag = read.headers.get('etag') ?? '*';
      await fetch('/api/admin/models/gpt-4.1', { method: 'PATCH', headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', 'if-match': etag }, body: JSON.stringify({ max_output_tokens: value.max_output_tokens === 9999 ? 8888 : 9999 }) });
      return etag;
    });
    if (etag === '') throw new Error('no tag');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else saved a change meanwhile').waitFor();
  }, only: ['desktop'] },
  { name: 'catalogue-remove', path: '/catalog/house-model-1/change', act: async (page) => {
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('list', { name: 'Who loses it' }).waitFor();
  }, whole: false, only: ['desktop', 'phone'] },
];

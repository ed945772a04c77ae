/** A price that is not nothing, so that groups differ. */
export async function priced(owner) {
  const edit = { model: 'sandbox/echo', add: [{ input: 3, output: 15, cache_read: 0.3, cache_write_5m: 3.75, tiers: [{ above: 200000, input: 6, output: 22.5, cache_read: 0.6, cache_write_5m: 7.5 }] }], force: true };
  const seen = await fetch(`${owner.address}/api/admin/prices/preview`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', cookie: `aiohub_session=${owner.cookie}` }, body: JSON.stringify(edit) });
  await owner.call('POST', '/api/admin/prices/apply', edit, { 'if-match': seen.headers.get('etag') ?? '' });
}

export const prepare = async (_, owner) => { await priced(owner); };

export const shots = [
  { name: 'catalog', path: '/catalog' },
  { name: 'catalog-none', path: '/catalog?text=nothing-of-that-name', only: ['phone'] },
  { name: 'model', path: '/catalog/sandbox%2Fecho' },
];

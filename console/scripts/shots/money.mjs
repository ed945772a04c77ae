export async function prepare(hub, owner) {
  const bo = await hub.join(owner, 'bo@example.com');
  await hub.join(owner, 'cy@example.com', 'operator');
  const pay = (body, key) => owner.call('POST', `/api/admin/accounts/wallet/${bo.id}/top-ups`, body, { 'idempotency-key': key });
  await pay({ amount_usd: 50, reason: 'invoice 2026-118' }, 'a');
  await pay({ amount_usd: 12.5, reason: 'invoice 2026-131' }, 'b');
  await owner.call('POST', `/api/admin/accounts/wallet/${bo.id}/adjustments`, { amount_usd: -0.75, reason: 'counted twice' }, { 'idempotency-key': 'c' });
  const { codes } = await owner.call('POST', '/api/admin/codes', { count: 6, amount_usd: 5, reason: 'spring meeting', tag: 'spring' }, { 'idempotency-key': 'd' });
  await bo.call('POST', '/api/me/wallet/redemptions', { code: codes[0] });
  await bo.call('POST', '/api/me/keys', { name: 'laptop', groups: ['auto', 'codex'] });
  await owner.change(`/api/admin/users/${bo.id}`, { tags: ['research'], limits: { usd_per_month: 50 } });
  await owner.call('POST', '/api/admin/invitations', { email: 'di@example.com' });
  return { bo };
}

export const shots = [
  { name: 'wallet', path: '/wallet', as: 'bo' },
  { name: 'users', path: '/users' },
  { name: 'user', path: '/users/2' },
  { name: 'codes', path: '/codes' },
  { name: 'audit', path: '/audit' },
];

export async function prepare(_hub, owner) {
  await owner.call('POST', '/api/admin/alert-targets', { name: 'On call', type: 'webhook', address: 'https://example.com/hooks/aiohub', kinds: ['channel_failing', 'spend_anomaly'] });
  await owner.call('POST', '/api/admin/alert-targets', { name: 'Operations', type: 'email', address: 'ops@example.com' });
}

const settled = (page) => page.getByRole('heading', { level: 1 }).waitFor();

export const shots = [
  { name: 'alerts', path: '/alerts', act: settled },
  { name: 'alert-rules', path: '/alerts/rules', act: settled },
  { name: 'alert-targets', path: '/alerts/targets', act: settled },
  { name: 'alert-target-new', path: '/alerts/targets?new=1', act: (page) => page.getByRole('dialog').waitFor(), whole: false },
  { name: 'my-alerts', path: '/my-alerts', act: settled },
  { name: 'hub-settings', path: '/hub-settings', act: (page) => page.getByRole('heading', { name: 'Routing' }).or(page.getByRole('heading', { name: '路由' })).waitFor() },
];

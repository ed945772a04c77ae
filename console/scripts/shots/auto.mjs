export async function prepare(_, owner) {
  await owner.call('POST', '/api/admin/groups', { name: 'research', visibility: 'restricted', tags: ['research'], channels: [{ channel: 'sandbox', priority: 0, weight: 10 }] });
  await owner.change('/api/admin/auto', { order: ['openai', 'anthropic'], rules: [{ model: 'claude-*', groups: ['anthropic', 'claude-bedrock'], dialects: ['anthropic'], clients: ['claude-cli/*'] }, { model: 'sandbox/*', groups: ['research', 'opensource'], tags: ['research'] }] });
}

export const shots = [
  { name: 'auto', path: '/groups/auto', act: async (page) => {
    const explain = page.getByRole('region', { name: 'Explain' });
    if (await explain.count() === 1) {
      await explain.getByRole('textbox', { name: 'Model' }).fill('sandbox/echo');
      await explain.getByRole('button', { name: 'Explain' }).click();
      await explain.getByText('It goes to').waitFor();
    }
  } },
];

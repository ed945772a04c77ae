import { createServer } from 'node:http';

/** An upstream that answers, and one that refuses its key. */
async function upstream(refuses) {
  const server = createServer((request, reply) => {
    let text = '';
    request.on('data', (bytes) => { text += String(bytes); });
    request.on('end', () => {
      const json = (status, value) => reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (request.method === 'GET') json(200, { data: ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-mini', 'o4-mini', 'text-embedding-3-small'].map((id) => ({ id })) });
      else if (refuses) json(401, { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' } });
      else if (text.includes('"stream":true')) reply.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"id":"c","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":"ready"},"finish_reason":null}]}\n\ndata: {"id":"c","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
      else json(200, { id: 'chatcmpl-8aQ2', object: 'chat.completion', created: 1763900000, model: 'gpt-4o-mini', choices: [{ index: 0, message: { role: 'assistant', content: 'ready' }, finish_reason: 'stop' }], usage: { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 } });
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  server.unref();
  return `http://127.0.0.1:${server.address().port}/v1`;
}

export async function prepare(hub, owner) {
  const [good, bad] = [await upstream(false), await upstream(true)];
  const add = (name, base_url, groups, more = {}) => owner.call('POST', '/api/admin/channels', { name, type: 'openai-compatible', base_url, allow_private_network: true, models: ['gpt-4o*', 'gpt-4.1*', 'o4-mini'], credentials: [{ name: 'main', secret: 'sk-9f2LmQ7xTb4RvWcZ1Kd8' }], groups, ...more });
  await owner.call('POST', '/api/admin/groups', { name: 'team-chat', display_name: 'Team chat', common_use: 'The team’s own assistants', channels: [], multiplier: 0.9 });
  await add('chat-europe', good, ['team-chat', 'openai'], { tags: ['eu', 'prod'] });
  await add('chat-backup', bad, ['team-chat'], { tags: ['eu'] });
  const { items: [europe] } = await owner.call('GET', '/api/admin/channels?text=chat-europe');
  await owner.change(`/api/admin/channels/${europe.id}`, { overrides: { headers: [{ action: 'set', target: 'x-tenant', value: 'house', when: { models: ['gpt-4o*'], stream: true } }], body: [{ action: 'remove', target: 'metadata' }] } });
  await owner.call('POST', '/api/admin/channels', { name: 'claude-direct', type: 'anthropic', credentials: [{ name: 'main', secret: 'sk-ant-9f2LmQ7xTb4RvWcZ1Kd8' }], groups: ['anthropic'] });
  await owner.call('POST', '/api/admin/channels', { name: 'bedrock-west', type: 'bedrock', enabled: false, settings: { region: 'us-west-2' }, credentials: [{ name: 'main', secret: 'bedrock-api-key-9f2LmQ7x' }], groups: ['claude-bedrock'] });
  const { secret } = await owner.call('POST', '/api/me/keys', { name: 'assistants', groups: ['team-chat', 'openai'] });
  for (let i = 0; i < 12; i++) await hub.chat(`hello ${i}`, { model: 'gpt-4o-mini', key: secret });
  await new Promise((resolve) => { setTimeout(resolve, 2_500); });
}

const id = async (page, name) => (await (await page.request.get(`/api/admin/channels?text=${name}`)).json()).items[0].id;
const to = (name, part) => async (page) => {
  await page.goto(`/channels/${await id(page, name)}${part}`);
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

export const shots = [
  { name: 'channels', path: '/channels' },
  { name: 'channel-new', path: '/channels/new', act: (page) => page.getByRole('radio', { name: /^bedrock/ }).check({ force: true }) },
  { name: 'channel', path: '/channels', act: to('chat-europe', '') },
  { name: 'channel-capabilities', only: ['desktop', 'dark', 'phone'], path: '/channels', act: to('chat-europe', '/capabilities') },
  { name: 'channel-overrides', only: ['desktop', 'dark', 'phone'], path: '/channels', act: async (page) => {
    await to('chat-europe', '/overrides')(page);
    await page.getByRole('button', { name: 'Condition of x-tenant' }).click();
  } },
  { name: 'channel-test', only: ['desktop', 'dark', 'phone'], path: '/channels', act: async (page) => {
    await to('chat-europe', '/test')(page);
    await page.getByRole('button', { name: 'Run the test' }).click();
    await page.getByText('Everything passed').waitFor();
  } },
  { name: 'groups', path: '/groups' },
  { name: 'group-new', only: ['desktop', 'phone'], path: '/groups/new' },
  { name: 'group', path: '/groups/team-chat' },
  { name: 'group-rules', only: ['desktop', 'dark', 'phone'], path: '/groups/team-chat/basics', act: (page) => page.getByRole('button', { name: 'Advanced' }).click() },
  { name: 'group-prices', path: '/groups/team-chat/prices' },
  { name: 'group-explain', only: ['desktop', 'dark', 'phone'], path: '/groups/team-chat/explain', act: async (page) => {
    await page.getByRole('textbox', { name: 'Model' }).fill('gpt-4o-mini');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('It goes to').waitFor();
  } },
  { name: 'health', path: '/health' },
];

// Calls that a log and a dashboard are worth looking at: of two people, through channels of which one is never reached.
import { execFileSync } from 'node:child_process';
import { program } from './real.mjs';

/** @param {import('./real.mjs').RealHub} hub @param {string[]} words a command, answered by the program itself */
function command(hub, ...words) {
  execFileSync('dotnet', [program(), ...words, '--data', hub.data], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * A group `shaky` whose first channel answers nobody, with the sandbox behind it; calls that end well, that fail over, that are refused.
 * @param {import('./real.mjs').RealHub} hub @param {import('./real.mjs').Person} owner
 */
export async function makeTraffic(hub, owner) {
  command(hub, 'channels', 'add', 'far-away', '--type', 'openai-compatible', '--base-url', 'http://127.0.0.1:9/v1', '--allow-private-network', '--models', 'sandbox/*');
  command(hub, 'groups', 'create', 'shaky', '--status', 'active', '--visibility', 'public', '--models', 'sandbox/*', '--channels', 'far-away:1', '--channels', 'sandbox:2', '--multiplier', '1.25');
  for (const model of ['sandbox/echo', 'sandbox/think', 'sandbox/tool']) command(hub, 'prices', 'add', model, '--input', '3', '--output', '15', '--per-request', '0.004');
  const bob = await hub.join(owner, 'bob@example.com');
  command(hub, 'topup', '--user', bob.email, '--usd', '20', '--reason', 'a start');
  const own = await owner.call('POST', '/api/me/keys', { name: 'laptop', groups: ['shaky'] });
  const bobs = await bob.call('POST', '/api/me/keys', { name: 'bot' });
  // The hub looks for changes of others once a second.
  await new Promise((resolve) => { setTimeout(resolve, 1_500); });
  const failedOver = await hub.chat('Why is the sky blue?', { key: own.secret, stream: true });
  for (let i = 0; i < 4; i++) {
    await hub.chat(`Call ${String(i)} of a day with some words in it`, { stream: i % 2 === 0, model: i === 3 ? 'sandbox/think' : 'sandbox/echo' });
    await hub.chat(`Bob's call ${String(i)}`, { key: bobs.secret });
  }

  await hub.chat('Look it up', { body: { model: 'sandbox/tool', messages: [{ role: 'user', content: 'weather?' }], tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }] } });
  const refused = await hub.chat('nobody has it', { model: 'no-such-model' });
  for (let tries = 0; tries < 100; tries++) {
    const page = await owner.call('GET', '/api/admin/calls?limit=200');
    if (page.items.length >= 10 && page.items.some((/** @type {{ request_id: string }} */ one) => one.request_id === refused.request)) break;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }

  return { bob, laptop: own, failedOver: failedOver.request, refused: refused.request };
}

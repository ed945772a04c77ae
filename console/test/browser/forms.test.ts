import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub(async (_, owner) => {
  for (const name of ['first', 'second']) {
    await owner.call('POST', '/api/admin/channels', { name, type: 'openai', credentials: [{ name: 'main', secret: `sk-${name}-0123456789abcdef` }] });
  }
});

type Members = Record<string, unknown>;
const schemas = (JSON.parse(readFileSync(new URL('../../../docs/api/openapi.json', import.meta.url), 'utf8')) as { components: { schemas: Record<string, { properties: Members }> } }).components.schemas;

/** A member that nobody set would be kept by luck: whoever adds one to a shape sets it here too. */
function expectWhole(shape: string, value: Members, without: string[] = []) {
  const bare = Object.keys(schemas[shape]?.properties ?? {}).filter((name) => !without.includes(name)).filter((name) => {
    const member = value[name];
    return member === undefined || member === null || member === '' || member === false || (typeof member === 'object' && Object.keys(member).length === 0);
  });
  expect(bare, `members of ${shape} that the test leaves empty`).toEqual([]);
}

const limits = { usd_per_day: 10, usd_per_week: 50.5, usd_per_month: 100, usd_total: 1000, soft: 0.8, rpm: 60, rpd: 5000, tpm: 90_000, concurrency: 8, queue: 4, queue_wait: 2.5 };

async function wholeChannel(name: string): Promise<string> {
  const owner = stage.owner();
  const { id } = await owner.call('POST', '/api/admin/channels', {
    name, type: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1', allow_private_network: true, groups: ['openai'],
    credentials: [{ name: 'main', secret: 'sk-main-0123456789abcdef', limits }, { name: 'spare', secret: 'sk-spare-0123456789abcdef', enabled: false, limits: { rpm: 5 } }],
  }) as { id: number };
  const place = `/api/admin/channels/${String(id)}`;
  await owner.change(place, {
    dialects: ['openai-chat', 'openai-responses'], models: ['gpt-4o*', 'o4-*'], model_map: { 'gpt-4o': 'vendor/gpt-4o' }, capabilities: { documents: false, tools: true },
    capabilities_by_model: [{ models: 'o4-*', capabilities: { images: false, reasoning: true } }], limits, has_quota: true, cost_multiplier: 0.85, credit_price: 0.000125,
    timeouts: { connect_ms: 1500, first_byte_ms: 20_000, idle_ms: 30_000 }, proxy: 'http://me:hidden-password@127.0.0.1:3128',
    overrides: {
      headers: [
        { action: 'set', target: 'x-tenant', value: 'hidden-of-streams', secret: true, when: { stream: true } }, { action: 'set', target: 'x-tenant', value: 'hidden-of-others', secret: true, when: { stream: false } },
        { action: 'append', target: 'x-labels', value: '5', when: { models: ['gpt-*'], dialects: ['openai-chat'], operations: ['generate'], header: 'x-client' } }, { action: 'rename', target: 'x-old', to: 'x-new' },
      ],
      body: [{ action: 'set', target: 'user', value: '5' }, { action: 'set', target: 'metadata.kind', value: { a: [1, null] } }, { action: 'set', target: 'seed', value: null }, { action: 'remove', target: 'store', when: { operations: ['generate'] } }],
    },
    tags: ['eu', 'prod'], notes: 'for our own use', test_model: 'gpt-4o', settings: { region: 'eu' },
  });
  return place;
}

const read = async (place: string): Promise<Members> => await stage.owner().call('GET', place) as Members;
const without = (value: Members, ...names: string[]) => Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

/** Presses Save and waits until the hub has what was typed. */
async function save(page: Page, place: string, has: (value: Members) => unknown, what: unknown) {
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect.poll(async () => has(await read(place))).toEqual(what);
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();

describe.each(['desktop', 'phone'] as const)('forms of channels and groups on a %s', (width) => {
  it('change what was changed of a channel, and nothing else of it', async () => {
    const place = await wholeChannel(`whole-${width}`);
    let before = await read(place);
    expectWhole('ChannelReply', before);
    expectWhole('LimitsShape', before.limits as Members);
    await stage.visit(width, place.replace('/api/admin', ''), { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { name: 'Budget' }).waitFor();
      await page.getByRole('textbox', { name: 'Notes' }).fill('changed');
      await look();
      await save(page, place, (value) => value.notes, 'changed');
      expect(without(await read(place), 'notes')).toEqual(without(before, 'notes'));

      before = await read(place);
      await tab(page, 'Models');
      await page.getByRole('textbox', { name: 'Model for tests' }).fill('o4-mini');
      await save(page, place, (value) => value.test_model, 'o4-mini');
      expect(without(await read(place), 'test_model')).toEqual(without(before, 'test_model'));

      before = await read(place);
      await tab(page, 'Capabilities');
      await page.getByRole('radiogroup', { name: 'audio', exact: true }).getByText('Cannot').click();
      await look();
      await save(page, place, (value) => value.capabilities, { audio: false, documents: false, tools: true });
      expect(without(await read(place), 'capabilities')).toEqual(without(before, 'capabilities'));

      before = await read(place);
      await tab(page, 'Overrides');
      await page.getByRole('textbox', { name: 'Where' }).nth(3).fill('x-older');
      await look();
      const renamed = structuredClone(before.overrides) as { headers: { target: string }[] };
      if (renamed.headers[3] !== undefined) renamed.headers[3].target = 'x-older';
      await save(page, place, (value) => value.overrides, renamed);
      expect(without(await read(place), 'overrides')).toEqual(without(before, 'overrides'));

      before = await read(place);
      await tab(page, 'Credentials');
      await page.getByRole('button', { name: 'Actions for spare' }).click();
      await page.getByRole('menuitem', { name: 'Switch on' }).click();
      await expect.poll(async () => ((await read(place)).credentials as Members[])[1]?.enabled).toBe(true);
      expect(without(await read(place), 'credentials')).toEqual(without(before, 'credentials'));
      expect((await read(place)).credentials).toEqual([(before.credentials as Members[])[0], { ...(before.credentials as Members[])[1], enabled: true }]);
    });
  });

  it('change what was changed of a group, and nothing else of it', async () => {
    const place = `/api/admin/groups/whole-${width}`;
    const owner = stage.owner();
    await owner.call('POST', '/api/admin/groups', { name: `whole-${width}`, channels: [{ channel: 'first', priority: 10, weight: 3 }, { channel: 'second', priority: 20, weight: 7 }] });
    await owner.change(place, {
      display_name: 'Whole', common_use: 'all of it', notes: '**all**', visibility: 'restricted', tags: ['staff'], status: 'active', expired_on: '2099-01-01', reason: 'it ends', replacement: 'openai', serve_replacement: true,
      mode: 'gateway', dialects: ['openai-chat', 'anthropic'], multiplier: 0.75, models: ['gpt-*'], auto_tier: 7, has_quota: true, limits,
      policy: {
        lacks: ['documents', 'audio'], selection: 'cheapest', affinity: true, affinity_seconds: 900, affinity_break_at: 2.5, translation: 'any',
        failover: { max_attempts: 4, same_credential: 2, deadline_seconds: 45, hold_handshake: true },
      },
    });
    await owner.call('POST', `${place}/prices`, { model: 'gpt-4o', price: { input: 3, output: 9, per_request: 0.01 } }, { 'if-match': '*' });
    let before = await read(place);
    expectWhole('GroupReply', before);
    expectWhole('PolicyShape', before.policy as Members);
    expectWhole('FailoverShape', (before.policy as { failover: Members }).failover);
    await stage.visit(width, `/groups/whole-${width}`, { as: owner }, async ({ page, look }) => {
      await page.getByRole('textbox', { name: 'Weight of first' }).fill('4');
      await save(page, place, (value) => value.channels, [{ channel: 'first', priority: 10, weight: 4 }, { channel: 'second', priority: 20, weight: 7 }]);
      expect(without(await read(place), 'channels')).toEqual(without(before, 'channels'));

      before = await read(place);
      await tab(page, 'Basics');
      await page.getByRole('heading', { name: 'Quota' }).waitFor();
      await page.getByRole('textbox', { name: 'Title' }).fill('Wholly');
      await look();
      await save(page, place, (value) => value.display_name, 'Wholly');
      expect(without(await read(place), 'display_name')).toEqual(without(before, 'display_name'));

      before = await read(place);
      await tab(page, 'Lifecycle');
      await page.getByRole('textbox', { name: 'Reason' }).fill('it ends soon');
      await save(page, place, (value) => value.reason, 'it ends soon');
      expect(without(await read(place), 'reason')).toEqual(without(before, 'reason'));

      before = await read(place);
      await tab(page, 'Prices');
      await page.getByRole('textbox', { name: 'Price factor' }).fill('0.5');
      await save(page, place, (value) => value.multiplier, 0.5);
      expect(without(await read(place), 'multiplier')).toEqual(without(before, 'multiplier'));
    });
  });

  it('say what is rarely said, keep what was typed when it is refused, and show why at its field', async () => {
    const { id } = await stage.owner().call('POST', '/api/admin/channels', { name: `rare-${width}`, type: 'openai', credentials: [{ name: 'main', secret: 'sk-rare-0123456789abcdef' }] }) as { id: number };
    const place = `/api/admin/channels/${String(id)}`;
    await stage.visit(width, `/channels/${String(id)}`, { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('button', { name: 'Advanced' }).click();
      await page.getByRole('textbox', { name: 'USD a day' }).fill('25');
      await page.getByRole('textbox', { name: 'Alert at share' }).fill('3');
      await page.getByRole('switch', { name: 'Budget of its own' }).check({ force: true });
      await page.getByText('Begins empty').waitFor();
      await look();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('must be below 1').waitFor();
      expect(await page.getByRole('textbox', { name: 'USD a day' }).inputValue(), 'nothing typed is lost').toBe('$ 25');
      expect(await page.getByRole('textbox', { name: 'Alert at share' }).getAttribute('aria-invalid')).toBe('true');
      await page.getByRole('textbox', { name: 'Alert at share' }).fill('0.9');
      await save(page, place, (value) => [value.limits, value.has_quota], [{ usd_per_day: 25, soft: 0.9 }, true]);
      await page.getByRole('region', { name: 'Budget' }).getByRole('button', { name: 'Move money' }).click();
      await page.getByRole('textbox', { name: 'Amount' }).fill('40');
      await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('first month');
      await page.getByRole('dialog').getByRole('button', { name: 'Top up' }).click();
      await expect.poll(async () => (await read(`/api/admin/accounts/channel_budget/${String(id)}`)).balance_usd).toBe(40);

      await tab(page, 'Capabilities');
      await page.getByRole('radiogroup', { name: 'documents', exact: true }).getByText('Cannot').click();
      await page.getByRole('button', { name: 'Add models' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Give each line the models').waitFor();
      await page.getByRole('textbox', { name: 'Models' }).fill('gpt 4');
      await page.getByRole('combobox', { name: 'Can', exact: true }).click();
      await page.getByRole('option', { name: 'audio' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').first().waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Models' }).fill('gpt-4*');
      await save(page, place, (value) => [value.capabilities, value.capabilities_by_model], [{ documents: false }, [{ models: 'gpt-4*', capabilities: { audio: true } }]]);

      await tab(page, 'Overrides');
      await page.getByRole('button', { name: 'Add a rule' }).last().click();
      await page.getByRole('textbox', { name: 'Where' }).fill('user');
      await page.getByRole('textbox', { name: 'Value' }).fill('hub');
      await page.getByRole('button', { name: 'Condition of user' }).click();
      const when = page.getByRole('group', { name: 'Condition of user' });
      await when.getByRole('textbox', { name: 'Models' }).or(when.getByRole('combobox', { name: 'Models' })).first().fill('gpt-*');
      await page.keyboard.press('Enter');
      await when.getByRole('combobox', { name: 'Operations' }).fill('dance');
      await page.keyboard.press('Enter');
      await when.getByRole('combobox', { name: 'Stream', exact: true }).click();
      await page.getByRole('option', { name: 'Streams only' }).click();
      await when.getByRole('textbox', { name: 'Caller sent the header' }).fill('x-client');
      await page.getByRole('button', { name: 'Save' }).click();
      await when.getByText('there is no \'dance\'').waitFor();
      await look();
      await when.getByRole('combobox', { name: 'Operations' }).focus();
      await page.keyboard.press('Backspace');
      await when.getByRole('combobox', { name: 'Operations' }).fill('embed');
      await page.keyboard.press('Enter');
      await save(page, place, (value) => (value.overrides as { body: unknown }).body, [{ action: 'set', target: 'user', value: 'hub', secret: false, when: { models: ['gpt-*'], operations: ['embed'], stream: true, header: 'x-client' } }]);

      await tab(page, 'Credentials');
      await page.getByRole('button', { name: 'Actions for main' }).click();
      await page.getByRole('menuitem', { name: 'Limits' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Requests a minute' }).fill('30');
      await page.getByRole('dialog').getByRole('button', { name: 'Advanced' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Longest wait' }).fill('9000');
      await look();
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText('at most 10 minutes').waitFor();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Longest wait' }).fill('5');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText('Requests a minute: 30').waitFor();
      expect(((await read(place)).credentials as { limits: unknown }[])[0]?.limits).toEqual({ rpm: 30, queue_wait: 5 });
      await look();
    });
  });

  it('say the rare rules of a group, and whose account a line of the audit log is about', async () => {
    const place = `/api/admin/groups/rare-${width}`;
    const owner = stage.owner();
    await owner.call('POST', '/api/admin/groups', { name: `rare-${width}` });
    await stage.visit(width, `/groups/rare-${width}/basics`, { as: owner }, async ({ page, look }) => {
      await page.getByRole('button', { name: 'Advanced' }).click();
      await page.getByRole('textbox', { name: 'Time for all attempts' }).fill('9000');
      await page.getByRole('combobox', { name: 'Lacks' }).click();
      await page.getByRole('option', { name: 'documents' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('switch', { name: 'Quota of its own' }).check({ force: true });
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('from one second to an hour').waitFor();
      expect(await page.getByRole('textbox', { name: 'Time for all attempts' }).getAttribute('aria-invalid')).toBe('true');
      await look();
      await page.getByRole('textbox', { name: 'Time for all attempts' }).fill('90');
      await save(page, place, ({ policy, has_quota }) => [(policy as Members).lacks, (policy as { failover: Members }).failover.deadline_seconds, has_quota], [['documents'], 90, true]);
      const { id } = await read(place) as { id: number };
      await page.getByRole('region', { name: 'Quota' }).getByRole('button', { name: 'Move money' }).click();
      await page.getByRole('textbox', { name: 'Amount' }).fill('12');
      await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('trial');
      await page.getByRole('dialog').getByRole('button', { name: 'Top up' }).click();
      await expect.poll(async () => (await read(`/api/admin/accounts/group_quota/${String(id)}`)).balance_usd).toBe(12);
      const me = await read('/api/me') as { id: number };
      await owner.call('POST', `/api/admin/accounts/wallet/${String(me.id)}/top-ups`, { amount_usd: 5, reason: 'welcome' }, { 'idempotency-key': `whose-${width}` });
      await page.goto('/audit');
      await page.getByText(`wallet ${String(me.id)}`).first().waitFor();
      await page.getByText(owner.email).first().waitFor();
      await page.getByText(`rare-${width}`, { exact: true }).first().waitFor();
      await look();
    });
  });
});

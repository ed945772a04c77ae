import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub(async (_, owner) => {
  await owner.call('POST', '/api/me/keys', { name: 'bench', groups: ['auto'] });
  // A price that is not nothing, so that what is stopped costs something.
  const edit = { model: 'sandbox/echo', add: [{ input: 300, output: 1500 }], force: true };
  const seen = await fetch(`${owner.address}/api/admin/prices/preview`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', cookie: `aiohub_session=${owner.cookie}` }, body: JSON.stringify(edit) });
  await owner.call('POST', '/api/admin/prices/apply', edit, { 'if-match': seen.headers.get('etag') ?? '' });
});

describe.each(['desktop', 'phone'] as const)('the playground on a %s', (width) => {
  it('streams an answer as a key, and tells its route, tokens and cost', async () => {
    await stage.visit(width, '/playground?model=sandbox%2Fecho', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Message', exact: true }).fill('hello from the bench');
      await page.keyboard.press('Enter');
      const story = page.getByRole('region', { name: 'What happened' });
      await story.getByText('completed').waitFor();
      expect(await page.getByRole('log', { name: 'Messages' }).textContent()).toMatch(/hello from the bench.*hello from the bench/s);
      expect(await story.textContent()).toMatch(/Group.*Model.*sandbox\/echo/s);
      await story.getByRole('table', { name: 'Line items' }).waitFor();
      await look();
      await story.getByRole('tab', { name: 'Raw stream' }).click();
      await story.getByText('[DONE]').waitFor();
      await story.getByRole('tab', { name: 'curl' }).click();
      expect(await story.textContent()).not.toMatch(/ahp_|sk-/);
      await look();
    });
  });

  it.each([['OpenAI Responses', 'response.completed'], ['Anthropic Messages', 'message_stop'], ['Gemini', 'candidates']])('speaks %s', async (title, mark) => {
    const dialect = { 'OpenAI Responses': 'responses', 'Anthropic Messages': 'anthropic', Gemini: 'gemini' }[title] ?? '';
    await stage.visit(width, `/playground?model=sandbox%2Fecho&dialect=${dialect}`, { as: stage.owner() }, async ({ page }) => {
      await page.getByRole('textbox', { name: 'System prompt' }).fill('Be kind.');
      await page.getByRole('textbox', { name: 'Message', exact: true }).fill('a word');
      await page.getByRole('button', { name: 'Send' }).click();
      const story = page.getByRole('region', { name: 'What happened' });
      await story.getByText('completed').waitFor();
      expect((await page.getByRole('log', { name: 'Messages' }).textContent() ?? '').split('a word').length).toBeGreaterThan(2);
      await story.getByRole('tab', { name: 'Raw stream' }).click();
      expect(await story.textContent()).toContain(mark);
    });
  });
});

describe.each(['desktop', 'phone'] as const)('stopping an answer on a %s', (width) => {
  it('keeps what came, and says what was charged for it', async () => {
    await stage.visit(width, '/playground?model=sandbox%2Fecho', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('textbox', { name: 'Message', exact: true }).fill('[sandbox tokens=400 pause=100ms]');
      await page.getByRole('button', { name: 'Send' }).click();
      const coming = page.getByTestId('coming');
      await expect.poll(async () => (await coming.textContent() ?? '').length, { timeout: 20_000 }).toBeGreaterThan(20);
      await page.getByRole('button', { name: 'Stop' }).click();
      const came = page.getByRole('log', { name: 'Messages' });
      await came.getByText('Stopped. What was made until then is charged.').waitFor();
      const story = page.getByRole('region', { name: 'What happened' });
      const cost = story.locator('dl > div').filter({ has: page.getByText('Cost', { exact: true }) }).locator('dd');
      await expect.poll(async () => Number(/\$([0-9.]+)/.exec(await cost.textContent() ?? '')?.[1] ?? 0), { timeout: 20_000 }).toBeGreaterThan(0);
      await story.getByText('cancelled').waitFor();
      // It stays said, beside what came.
      const text = await came.textContent() ?? '';
      expect(text).toContain('Stopped. What was made until then is charged.');
      await look();
      // What the page tells is what the log has: a charge for what went through, not for the four hundred tokens that were asked for.
      const request = await story.locator('dd code').filter({ hasText: /^[0-9A-Z]{26}$/ }).textContent() ?? '';
      interface Told { outcome: string; charge: { usd: number }; tokens: { total_output: number } }
      const call = await stage.owner().call('GET', `/api/me/calls/${request}`) as Told;
      expect(call.outcome).toBe('cancelled');
      expect(call.tokens.total_output).toBeGreaterThan(0);
      expect(call.tokens.total_output).toBeLessThan(400);
      expect(call.charge.usd).toBeGreaterThan(0);
      expect(Number(/\$([0-9.]+)/.exec(await cost.textContent() ?? '')?.[1])).toBeCloseTo(call.charge.usd, 3);
      expect(await came.textContent(), 'nothing comes after it').toBe(text);
    });
  });
});

describe('what goes wrong in the playground', () => {
  it('is said with its remedy, and what was typed is kept', async () => {
    await stage.visit('desktop', '/playground?model=no-such-model', { as: stage.owner() }, async ({ page, look }) => {
      const message = page.getByRole('textbox', { name: 'Message', exact: true });
      await page.getByRole('textbox', { name: /^Tools/ }).fill('{');
      await message.fill('hi');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('This is no JSON').waitFor();
      expect(await message.inputValue()).toBe('hi');
      await page.getByRole('textbox', { name: /^Tools/ }).fill('');
      await page.getByRole('button', { name: 'Send' }).click();
      expect(await page.getByRole('alert').textContent()).toContain('no-such-model');
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      await look();
    });
  });

  it('does not happen without a key: the page says what comes first', async () => {
    const bo = await stage.hub().join(stage.owner(), 'bo@example.com');
    await stage.visit('phone', '/playground', { as: bo }, async ({ page, look }) => {
      await page.getByRole('heading', { name: 'A key comes first' }).waitFor();
      await look();
    });
  });
});

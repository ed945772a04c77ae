import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub(async (_, owner) => {
  await owner.call('POST', '/api/me/keys', { name: 'bench', groups: ['auto'] });
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

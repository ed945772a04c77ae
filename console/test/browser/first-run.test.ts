import { describe, expect, it } from 'vitest';
import { startHub } from '../hub/real.mjs';
import { withHub } from './hub';

// Each story has a hub of its own; this one lends its window.
const stage = withHub();

describe.each(['desktop', 'phone'] as const)('the first run on a %s', (width) => {
  it('leads from the link of the start to a first call that is paid and told', async () => {
    const fresh = await startHub();
    try {
      await stage.visit(width, fresh.link, { on: fresh }, async ({ page, look }) => {
        await page.getByRole('heading', { level: 1, name: 'Welcome to your hub' }).waitFor();
        expect(page.url(), 'the token stays in no history').not.toContain(fresh.link.split('#')[1]);
        await look();
        await page.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com');
        await page.getByRole('textbox', { name: 'Password', exact: true }).fill('correct horse battery');
        await page.getByRole('textbox', { name: 'Password again' }).fill('correct horse battery');
        await page.getByRole('button', { name: 'Set up my account' }).click();
        await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
        await look();
        for (const name of ['Keep the sandbox', 'Create the key', 'Continue', 'Make the call']) {
          await page.getByRole('button', { name }).first().click();
        }

        await page.getByRole('blockquote').waitFor();
        await look();
        await page.goto('/keys');
        await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
        await look();
      });
    } finally {
      await fresh.close();
    }
  });
});

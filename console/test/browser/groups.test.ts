import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub(async (_, owner) => {
  for (const name of ['first', 'second']) {
    await owner.call('POST', '/api/admin/channels', { name, type: 'openai', credentials: [{ name: 'main', secret: `sk-${name}-0123456789abcdef` }] });
  }
});

describe.each(['desktop', 'phone'] as const)('groups on a %s', (width) => {
  it('are made, ordered by keyboard, priced, explained and expired with a word to whom it concerns', async () => {
    const name = `house-${width}`;
    await stage.visit(width, '/groups/new', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('textbox', { name: 'Name' }).fill('Big House');
      await page.getByRole('button', { name: 'Create the group' }).click();
      await page.getByText('1 to 64 of a-z').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      for (const channel of ['first', 'second', 'sandbox']) {
        await page.getByRole('combobox', { name: 'Add a channel' }).click();
        await page.getByRole('option', { name: channel, exact: true }).click();
      }

      await look();
      await page.getByRole('button', { name: 'Create the group' }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      const rows = page.getByRole('list', { name: 'Channels' }).getByRole('listitem');
      const drag = page.getByRole('button', { name: 'Drag first' });
      await drag.focus();
      await page.keyboard.press('Space');
      await page.waitForTimeout(150);
      await page.keyboard.press('ArrowDown');
      await page.waitForTimeout(250);
      await page.keyboard.press('Space');
      await page.waitForTimeout(150);
      await expect.poll(() => rows.first().textContent()).toContain('second');
      await page.getByRole('button', { name: 'Move sandbox up' }).click();
      await page.getByRole('checkbox', { name: 'shares with the one above' }).first().check();
      await look();
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => {
        const group = await stage.owner().call('GET', `/api/admin/groups/${name}`);
        return (group.channels as { channel: string; priority: number }[]).map(({ channel, priority }) => `${String(priority)} ${channel}`).sort();
      }, { message: 'two share, the third follows' }).toEqual(['0 sandbox', '0 second', '1 first']);

      await page.getByRole('tab', { name: 'Prices' }).click();
      await page.getByRole('textbox', { name: 'Model' }).fill('sandbox/echo');
      await page.getByRole('textbox', { name: 'Input' }).fill('3');
      await page.getByRole('button', { name: 'Set a price' }).click();
      await page.getByRole('cell', { name: '$3.00' }).waitFor();
      await look();

      await page.getByRole('tab', { name: 'Explain' }).click();
      await page.getByRole('textbox', { name: 'Model' }).fill('sandbox/echo');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('It goes to').waitFor();
      await look();

      await stage.owner().call('POST', '/api/me/keys', { name: `k-${width}`, groups: [name] });
      await page.getByRole('tab', { name: 'Lifecycle' }).click();
      await page.getByText('Expired', { exact: true }).last().click();
      await page.getByText('will be refused: 1').waitFor();
      await page.getByRole('textbox', { name: 'Reason' }).fill('The house was sold.');
      await look();
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(() => stage.owner().call('GET', `/api/admin/groups/${name}`)).toMatchObject({ status: 'expired', reason: 'The house was sold.' });

      await page.getByRole('tab', { name: 'Who uses it' }).click();
      await page.getByText('only this').waitFor();
      await look();
      await page.getByRole('tab', { name: 'Basics' }).click();
      await look();
      await page.getByRole('button', { name: 'Remove' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('1 key carries it').waitFor();
      await page.goto('/groups?status=expired');
      await page.getByRole('link', { name }).waitFor();
      await look();
    });
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withHub } from './hub';

const got: { headers: Record<string, unknown>; body: string }[] = [];
let receiver: Server;
let address = '';

beforeAll(async () => {
  receiver = createServer((request, reply) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString(); });
    request.on('end', () => { got.push({ headers: request.headers, body }); reply.end('thanks'); });
  });
  await new Promise<void>((resolve) => { receiver.listen(0, '127.0.0.1', resolve); });
  address = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`;
});
afterAll(() => { receiver.close(); });

const stage = withHub();

describe.each(['desktop', 'phone'] as const)('alerts on a %s', (width) => {
  it('are sent to a webhook that is added, tried and shown with its answer', async () => {
    const name = `hook-${width}`;
    await stage.visit(width, '/alerts', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 2, name: 'All is quiet' }).waitFor();
      await look();
      await page.getByRole('tab', { name: 'Targets' }).click();
      await page.getByRole('button', { name: 'Add a target' }).first().click();
      const form = page.getByRole('dialog');
      await form.getByText('Webhook', { exact: true }).click();
      await form.getByRole('button', { name: 'Add a target' }).click();
      await form.getByText('This is needed.').first().waitFor();
      await form.getByRole('textbox', { name: 'Name' }).fill(name);
      await form.getByRole('textbox', { name: 'Address (URL)' }).fill(address);
      await form.getByRole('switch', { name: 'May lead into private networks' }).press('Space');
      await look();
      await form.getByRole('button', { name: 'Add a target' }).click();
      expect(await page.getByTestId('secret').textContent()).toMatch(/^whsec_/);
      await look();
      await page.getByRole('button', { name: `Actions for ${name}` }).click();
      await page.getByRole('menuitem', { name: 'Send a test' }).click();
      await page.getByText('HTTP 200 thanks').waitFor();
      expect(got.at(-1)?.headers['webhook-signature']).toMatch(/^v1,/);
      expect(JSON.parse(got.at(-1)?.body ?? '{}')).toMatchObject({ type: 'alert.test' });
      await look();
      await page.getByRole('tab', { name: 'Rules' }).click();
      await page.getByText('Failing channel').waitFor();
      await look();
      await page.getByRole('textbox', { name: 'Minutes' }).fill(width === 'phone' ? '7' : '9');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('The rule is saved').waitFor();
      expect(await page.getByRole('textbox', { name: 'Minutes' }).inputValue()).toBe(width === 'phone' ? '7' : '9');
      await page.getByRole('tab', { name: 'Deliveries' }).click();
      await page.getByRole('heading', { level: 2, name: 'Nothing sent yet' }).waitFor();
      await look();
    });
  });

  it('are chosen by callers for themselves', async () => {
    await stage.visit(width, '/my-alerts', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByText('Tell me by e-mail', { exact: true }).last().waitFor();
      await look();
      if (!(await page.getByRole('switch', { name: 'Tell me by e-mail' }).isChecked())) await page.getByRole('switch', { name: 'Tell me by e-mail' }).press('Space');
      await page.getByText('The hub has no mail server yet').waitFor();
      await page.getByRole('textbox', { name: /When my balance is below/ }).fill('5');
      await look();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved').waitFor();
      await page.reload();
      await page.getByRole('textbox', { name: /When my balance is below/ }).waitFor();
      expect(await page.getByRole('textbox', { name: /When my balance is below/ }).inputValue()).toBe('5');
    });
  });

  it('have a mail server that owners set under hub settings', async () => {
    await stage.visit(width, '/hub-settings', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 2, name: 'Routing' }).waitFor();
      await look();
      const mail = page.getByRole('region', { name: 'E-mail' });
      await mail.getByRole('textbox', { name: 'Server' }).fill('127.0.0.1');
      await mail.getByRole('textbox', { name: 'Sender’s address' }).fill('not an address');
      await mail.getByRole('textbox', { name: 'Port' }).fill('1');
      await mail.getByRole('button', { name: 'Save' }).click();
      await mail.getByText(/must be one e-mail address/).waitFor();
      await mail.getByRole('textbox', { name: 'Sender’s address' }).fill('hub@example.com');
      await mail.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved').waitFor();
      await mail.getByRole('button', { name: 'Send a test to me' }).click();
      await mail.getByText('The test was not sent').waitFor();
      await look();
      await mail.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await mail.getByRole('button', { name: 'Send a test to me' }).waitFor({ state: 'detached' });
    });
  });
});

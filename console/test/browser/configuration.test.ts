import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

const stage = withHub();

const dump = (user: string) => `
CREATE TABLE \`channels\` (\`id\` bigint, \`type\` bigint, \`key\` longtext, \`status\` bigint, \`name\` varchar(191), \`models\` longtext, \`group\` varchar(64), \`priority\` bigint, \`base_url\` varchar(191));
CREATE TABLE \`users\` (\`id\` bigint, \`username\` varchar(191), \`email\` varchar(191), \`role\` bigint, \`status\` bigint, \`quota\` bigint, \`group\` varchar(64));
CREATE TABLE \`tokens\` (\`id\` bigint, \`user_id\` bigint, \`key\` char(48), \`status\` bigint, \`name\` varchar(191), \`expired_time\` bigint, \`remain_quota\` bigint, \`unlimited_quota\` tinyint(1), \`group\` varchar(191));
CREATE TABLE \`options\` (\`key\` varchar(191), \`value\` longtext);
INSERT INTO \`channels\` VALUES (1,1,'sk-up',1,'main-${user}','gpt-5','default',5,''),(2,2,'x',1,'midjourney','mj','default',0,'');
INSERT INTO \`users\` VALUES (1,'${user}','${user}@example.com',1,1,50000000,'default');
INSERT INTO \`options\` VALUES ('GroupRatio','{"default":0.5}');
-- Dump completed on 2026-11-23
`;

interface Users { items: { id: number; email: string }[] }

describe.each(['desktop', 'phone'] as const)('the configuration on a %s', (width) => {
  it('is taken out as a file without secrets', async () => {
    await stage.visit(width, '/configuration', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('heading', { level: 1, name: 'Configuration' }).waitFor();
      await look();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download YAML' }).click()]);
      expect(download.suggestedFilename()).toBe('aiohub.yaml');
    });
  });

  it('is put in after one saw what changes, and what is wrong is shown by its line', async () => {
    const channel = `house-${width}`;
    await stage.visit(width, '/configuration', { as: stage.owner() }, async ({ page, look }) => {
      const text = page.getByRole('textbox', { name: /^Configuration file/ });
      await text.fill('version: 1\ngroups:\n  - name: openai\n    colour: red\n');
      await page.getByRole('button', { name: 'Show what changes' }).click();
      await page.getByRole('button', { name: 'Line 4' }).click();
      expect(await text.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))).toBe('    colour: red');
      await look();
      await text.fill(`version: 1\nchannels:\n  - { name: ${channel}, type: sandbox, credentials: [{ name: a, secret: "\${HOUSE_A}" }] }\ngroups:\n  - { name: openai, multiplier: ${width === 'desktop' ? '0.7' : '0.6'} }\nkeys:\n  - { name: laptop-${width}, user: ann@example.com }\n`);
      await page.getByLabel('HOUSE_A').fill('sk-house');
      await page.getByRole('button', { name: 'Show what changes' }).click();
      const difference = page.getByRole('list', { name: 'What would change' });
      await difference.getByText(channel).waitFor();
      expect(await difference.textContent()).not.toContain('sk-house');
      await difference.getByText('multiplier').first().waitFor();
      await look();
      await page.getByRole('button', { name: 'Apply 3' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Apply 3' }).click();
      await page.getByTestId('secret').waitFor();
      expect(await page.getByTestId('secret').textContent()).toMatch(/^sk-/);
      await look();
      const { items } = await stage.owner().call('GET', '/api/admin/channels?limit=200') as { items: { name: string }[] };
      expect(items.map((one) => one.name)).toContain(channel);
    });
  });

  it('comes over from new-api: seen first, done with progress, and its money once', async () => {
    const user = `root-${width}`;
    await stage.visit(width, '/configuration', { as: stage.owner() }, async ({ page, look }) => {
      await page.getByRole('link', { name: 'Import from new-api' }).click();
      await page.getByRole('heading', { level: 1, name: 'Import from new-api' }).waitFor();
      await look();
      await page.getByText('Running new-api', { exact: true }).click();
      await page.getByRole('textbox', { name: 'Address', exact: true }).fill('http://127.0.0.1:1');
      await page.getByLabel('Access token of its root user').fill('t');
      await page.getByRole('button', { name: 'Look first' }).click();
      await page.getByRole('alert').filter({ hasText: 'That did not work' }).waitFor();
      await look();
      await page.getByText('Database file', { exact: true }).click();
      await page.getByRole('textbox', { name: 'Name of the installation' }).fill(`origin-${width}`);
      for (const usd of ['$100.00', '$0.00']) {
        await page.locator('input[type=file]').setInputFiles({ name: 'dump.sql', mimeType: 'application/sql', buffer: Buffer.from(dump(user)) });
        await page.getByRole('button', { name: 'Look first' }).click();
        const plan = page.getByRole('region', { name: 'What would come over' });
        await plan.getByText(usd).waitFor();
        if (usd === '$0.00') {
          await plan.getByText('Nothing to bring over').waitFor();
          await look();
          continue;
        }

        await plan.getByRole('list', { name: 'Changes' }).getByText(`main-${user}`).first().waitFor();
        await look();
        await plan.getByRole('tab', { name: /What does not map/ }).click();
        await plan.getByText('midjourney').first().waitFor();
        await look();
        await plan.getByRole('button', { name: /^Bring over \d+/ }).click();
        await page.getByRole('dialog').getByRole('button', { name: /^Bring over \d+/ }).click();
        await page.getByRole('region', { name: 'Brought over' }).waitFor();
        await look();
      }

      const { items } = await stage.owner().call('GET', `/api/admin/users?text=${user}`) as Users;
      const root = items.find((one) => one.email === `${user}@example.com`);
      const account = await stage.owner().call('GET', `/api/admin/accounts/wallet/${String(root?.id)}`) as { balance_usd: number };
      expect(account.balance_usd).toBe(100);
    });
  });
});

describe('the configuration of others', () => {
  it('is shown to owners alone', async () => {
    const caller = await stage.hub().join(stage.owner(), 'caller@example.com');
    await stage.visit('desktop', '/configuration', { as: caller }, async ({ page }) => {
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.getByRole('link', { name: 'Configuration' }).count()).toBe(0);
    });
  });
});

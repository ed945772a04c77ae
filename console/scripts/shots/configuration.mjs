const dump = `
CREATE TABLE \`channels\` (\`id\` bigint, \`type\` bigint, \`key\` longtext, \`status\` bigint, \`name\` varchar(191), \`models\` longtext, \`group\` varchar(64), \`priority\` bigint, \`base_url\` varchar(191));
CREATE TABLE \`users\` (\`id\` bigint, \`username\` varchar(191), \`email\` varchar(191), \`role\` bigint, \`status\` bigint, \`quota\` bigint, \`group\` varchar(64));
CREATE TABLE \`tokens\` (\`id\` bigint, \`user_id\` bigint, \`key\` char(48), \`status\` bigint, \`name\` varchar(191), \`expired_time\` bigint, \`remain_quota\` bigint, \`unlimited_quota\` tinyint(1), \`group\` varchar(191));
CREATE TABLE \`options\` (\`key\` varchar(191), \`value\` longtext);
INSERT INTO \`channels\` VALUES (1,1,'sk-up-one',1,'openai-main','gpt-5.5,gpt-4o','default',5,''),(2,14,'sk-ant-two',1,'claude-main','claude-opus-4-7','vip',5,''),(3,2,'x',1,'midjourney','mj_imagine','default',0,'');
INSERT INTO \`users\` VALUES (1,'root','root@example.com',100,1,50000000,'default'),(2,'lin','lin@example.com',1,1,6250000,'vip'),(3,'guest','',1,1,250000,'default');
INSERT INTO \`tokens\` VALUES (1,2,'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL',1,'laptop',-1,0,1,'');
INSERT INTO \`options\` VALUES ('GroupRatio','{"default":1,"vip":0.8}');
-- Dump completed on 2026-11-23
`;
const text = `version: 1
channels:
  - name: openai-east
    type: openai
    credentials: [{ name: main, secret: "\${OPENAI_EAST}" }]
groups:
  - name: openai
    multiplier: 0.9
    channels: [{ channel: openai-east }]
`;

export const shots = [
  { name: 'configuration', path: '/configuration', act: async (page) => {
    await page.getByRole('textbox').first().fill(text);
    await page.getByLabel('OPENAI_EAST').fill('sk-9f2LmQ7xTb4RvWcZ1Kd8');
    await page.getByRole('button', { name: /^(Show what changes|查看变化)/ }).click();
    await page.getByRole('list').getByText('openai-east').first().waitFor();
  } },
  { name: 'import-new-api', path: '/configuration/import', act: async (page) => {
    await page.locator('input[type=file]').setInputFiles({ name: 'dump.sql', mimeType: 'application/sql', buffer: Buffer.from(dump) });
    await page.locator('form').getByRole('button', { name: /^(Look first|先查看)/ }).click();
    await page.getByText('openai-main').first().waitFor();
  } },
];

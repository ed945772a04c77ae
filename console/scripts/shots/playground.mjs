import { priced } from './catalog.mjs';

export async function prepare(hub, owner) {
  await priced(owner);
  return { bo: await hub.join(owner, 'bo@example.com') };
}

const say = (text) => async (page) => {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'What happened' }).locator('dd').first().waitFor();
  await page.waitForTimeout(1200);
  // The same on every run, so that pictures change only when the console does.
  await page.evaluate(() => { document.querySelectorAll('code').forEach((element) => { if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(element.textContent ?? '')) element.textContent = '01KARQ7Z4M8W6V2T5Y9X3B1N0C'; }); });
};

export const shots = [
  { name: 'playground', path: '/playground?model=sandbox%2Fecho', act: async (page) => {
    if (await page.getByRole('textbox', { name: 'Message', exact: true }).count() === 1) await say('How do I keep a prompt cache warm?')(page);
  }, only: ['desktop', 'dark', 'phone'] },
  { name: 'playground-trouble', path: '/playground?model=no-such-model', act: async (page) => {
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('Hello?');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
  }, only: ['desktop'] },
  { name: 'playground-no-key', path: '/playground', as: 'bo', only: ['phone'] },
];

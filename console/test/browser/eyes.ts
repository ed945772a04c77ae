import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Debian's own Chromium, or the one that is named. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export const widths = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const;
export type Width = keyof typeof widths;

export interface Window {
  page: Page;
  context: BrowserContext;
  /** Errors of scripts, refusals of the policy, answers that no page asked for: each makes a test fail. */
  complaints: string[];
}

export async function openWindow(browser: Browser, address: string, width: Width, options: { dark?: boolean; locale?: string } = {}): Promise<Window> {
  const context = await browser.newContext({
    baseURL: address, viewport: widths[width], hasTouch: width === 'phone', isMobile: width === 'phone', locale: options.locale ?? 'en-US', colorScheme: options.dark === true ? 'dark' : 'light',
    reducedMotion: 'reduce', deviceScaleFactor: width === 'phone' ? 2 : 1, permissions: ['clipboard-read', 'clipboard-write'], timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // The browser writes every 4xx there too; those are looked at where they are expected.
    if ((message.type() === 'error' || message.type() === 'warning') && !message.text().startsWith('Failed to load resource')) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:')) {
      complaints.push(`elsewhere: ${request.url()}`);
    }
  });
  return { page, context, complaints };
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds that is serious or critical: rule, help and where. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Evaluated through the debugger, which the page's policy does not bind.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(axePath, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (what: unknown, options: unknown) => Promise<{ violations: { id: string; impact: string | null; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }> } };
    const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary ?? ''}`));
  });
}

/** Whether the page is wider than the window: on a phone that means sideways scrolling. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('[role="status"][aria-label="Loading"], .mantine-Skeleton-root[data-visible]') === null);
}

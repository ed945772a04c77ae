import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { serve, type HubOptions, type MockHub } from '../../mock/hub.mjs';
import { openBrowser, openWindow, overflow, seriousFaults, settled, type Width } from './eyes';

const dist = process.env.CONSOLE_OUT ?? fileURLToPath(new URL('../../dist', import.meta.url));
let browser: Browser;

/** One browser for a file of tests. */
export function withBrowser(): void {
  beforeAll(async () => { browser = await openBrowser(); });
  afterAll(async () => { await browser.close(); });
}

export interface Visit {
  page: Page;
  hub: MockHub;
  /** No serious fault of accessibility, nothing wider than the window. Looks at what is shown now. */
  look: () => Promise<void>;
}

/** A window on a hub of its own. Whatever is complained of in it fails the test at its end. */
export async function visit(width: Width, path: string, options: HubOptions & { dark?: boolean; locale?: string }, story: (visit: Visit) => Promise<void>): Promise<void> {
  const served = await serve(dist, options);
  const window = await openWindow(browser, served.address, width, options);
  try {
    await window.page.goto(path);
    await settled(window.page);
    await story({
      page: window.page,
      hub: served.hub,
      look: async () => {
        await settled(window.page);
        expect(await seriousFaults(window.page)).toEqual([]);
        expect(await overflow(window.page), 'wider than the window').toBeLessThanOrEqual(0);
      },
    });
    expect(window.complaints).toEqual([]);
  } finally {
    await window.context.close();
    await served.close();
  }
}

import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { startHub, type Person, type RealHub } from '../hub/real.mjs';
import { openBrowser, openWindow, overflow, seriousFaults, settled, type Width } from './eyes';

export interface HubVisit {
  page: Page;
  context: BrowserContext;
  hub: RealHub;
  /** No serious fault of accessibility, nothing wider than the window. Looks at what is shown now. */
  look: () => Promise<void>;
}

export interface HubStage {
  hub: () => RealHub;
  owner: () => Person;
  /** A window on the hub, or on another. Whatever is complained of in it fails the test at its end. */
  visit: (width: Width, path: string, options: { as?: Person; on?: RealHub; dark?: boolean; locale?: string }, story: (visit: HubVisit) => Promise<void>) => Promise<void>;
}

/**
 * One browser and one hub for a file of tests: the program itself, with the sandbox channel.
 * @param prepare makes what the pages are to show, before the first test
 * @param options settings of the process
 */
export function withHub(prepare: (hub: RealHub, owner: Person) => Promise<void> = () => Promise.resolve(), options: Parameters<typeof startHub>[0] = {}): HubStage {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let hub: RealHub;
  let owner: Person;
  beforeAll(async () => {
    [browser, hub] = await Promise.all([openBrowser(), startHub(options)]);
    owner = await hub.owner();
    await prepare(hub, owner);
  });
  afterAll(async () => {
    await browser.close();
    await hub.close();
  });
  return {
    hub: () => hub,
    owner: () => owner,
    visit: async (width, path, { as, on = hub, ...dress }, story) => {
      const window = await openWindow(browser, on.address, width, dress);
      try {
        if (as !== undefined) {
          await window.context.addCookies([{ name: 'aiohub_session', value: as.cookie, url: on.address }]);
        }

        await window.page.goto(path);
        await settled(window.page);
        await story({
          page: window.page,
          context: window.context,
          hub: on,
          look: async () => {
            await settled(window.page);
            expect(await seriousFaults(window.page)).toEqual([]);
            expect(await overflow(window.page), 'wider than the window').toBeLessThanOrEqual(0);
          },
        });
        expect(window.complaints).toEqual([]);
      } finally {
        await window.context.close();
      }
    },
  };
}

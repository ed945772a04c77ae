import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openBrowser, openWindow } from './eyes';
import { serve } from '../../mock/hub.mjs';

const dist = process.env.CONSOLE_OUT ?? fileURLToPath(new URL('../../dist', import.meta.url));
const Most = 300 * 1024;

/** What a file takes on the wire: the hub sends the compressed one that was built. */
function wire(path: string, encoding: '.br' | '.gz'): number {
  const file = `${dist}${path}`;
  try {
    return statSync(file + encoding).size;
  } catch {
    return statSync(file).size;
  }
}

describe('the first load', () => {
  it.each(['/sign-in', '/keys'])('of %s stays below 300 KiB, by gzip too', async (path) => {
    const served = await serve(dist, { signedIn: path !== '/sign-in' });
    const browser = await openBrowser();
    try {
      const { page, complaints } = await openWindow(browser, served.address, 'desktop');
      const asked = new Set<string>();
      page.on('request', (request) => asked.add(new URL(request.url()).pathname));
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      const files = [...asked].filter((one) => one.startsWith('/assets/') || one === '/scheme.js' || one === '/favicon.svg').concat('/index.html');
      expect(files.length).toBeGreaterThan(4);
      for (const encoding of ['.br', '.gz'] as const) {
        const sum = files.reduce((total, file) => total + wire(file, encoding), 0);
        console.info(`${path}: ${String(files.length)} files, ${(sum / 1024).toFixed(1)} KiB ${encoding}`);
        expect(sum).toBeLessThanOrEqual(Most);
      }

      expect(files.filter((file) => file.includes('charts')), 'charts come when they are shown').toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await served.close();
    }
  }, 60_000);

  it('is free of addresses of elsewhere and of inline scripts', () => {
    const html = readFileSync(`${dist}/index.html`, 'utf8');
    expect(html.match(/<script(?![^>]*\ssrc=)/g)).toBeNull();
    expect(html.match(/(?:src|href)="(?!\/)/g)).toBeNull();
    expect(html.match(/%STYLE_NONCE%/g)).toHaveLength(1);
    for (const name of readdirSync(`${dist}/assets`).filter((one) => one.endsWith('.css'))) {
      expect(readFileSync(`${dist}/assets/${name}`, 'utf8'), name).not.toMatch(/@import|url\((?!["']?data:)/);
    }
  });
});

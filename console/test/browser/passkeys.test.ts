import { describe, expect, it } from 'vitest';
import { withHub } from './hub';

// Browsers bind passkeys to a name: localhost is secure without TLS, an address is not.
const stage = withHub(undefined, { host: 'localhost' });

describe.each(['desktop', 'phone'] as const)('a passkey on a %s', (width) => {
  it('is added on the hub, signs in by itself, and no longer does so once it is removed', async () => {
    const person = stage.owner();
    await stage.visit(width, '/settings/security', { as: person }, async ({ page, context, hub, look }) => {
      const cdp = await context.newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      });
      await page.getByRole('textbox', { name: 'Name of the passkey' }).fill(`Device ${width}`);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      await page.getByText('The passkey is added').waitFor();
      await page.getByText(`Device ${width}`).waitFor();
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      expect(credentials).toHaveLength(1);
      expect(credentials[0]).toMatchObject({ isResidentCredential: true, rpId: 'localhost' });
      await look();

      await context.clearCookies();
      await page.goto('/sign-in');
      await look();
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.waitForURL((url) => url.pathname !== '/sign-in');
      const session = (await (await context.request.get(`${hub.address}/api/session`)).json()) as { signed_in: boolean; user?: { email: string } };
      expect(session).toMatchObject({ signed_in: true, user: { email: person.email } });

      await page.goto('/settings/security');
      await page.getByRole('listitem').filter({ hasText: `Device ${width}` }).getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('listitem').filter({ hasText: `Device ${width}` }).waitFor({ state: 'detached' });
      await context.clearCookies();
      await page.goto('/sign-in');
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.getByText('The passkey was not accepted').waitFor();
      expect(await (await context.request.get(`${hub.address}/api/session`)).json()).toMatchObject({ signed_in: false });
    });
  });
});

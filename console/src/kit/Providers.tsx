import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './kit.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { onSignedOut } from './api/call';
import { Problem } from './api/problem';
import { forgetSession } from './session';
import { theme, variables } from './theme';

/** What the hub put into the page for the style elements that are made at run time; without it the policy forbids them. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
// The part of Mantine that keeps the page behind a dialog from scrolling asks for it under this name.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;
const scheme = localStorageColorSchemeManager({ key: 'aiohub-scheme' });

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A refusal stays one however often it is asked for; only what may pass is tried again.
        retry: (tries, failure) => tries < 2 && failure instanceof Problem && failure.passing,
      },
    },
  });
}

export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  useEffect(() => onSignedOut(() => { void forgetSession(client); }), [client]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={scheme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications position="bottom-right" limit={4} />
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}

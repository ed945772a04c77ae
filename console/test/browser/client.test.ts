import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHub, type RealHub } from '../hub/real.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = here('../generated');
let hub: RealHub;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  execFileSync('npx', ['--no-install', 'openapi-ts', '--input', here('../../../docs/api/openapi.json'), '--output', folder, '--client', '@hey-api/client-fetch', '--silent', '--no-log-file'], { cwd: here('../..'), stdio: 'inherit' });
  hub = await startHub();
});
afterAll(async () => { await hub.close(); });

/** The sdk exists only once it is generated: its operations are named here as the document names them. */
type Operation = (options?: { body?: unknown; path?: Record<string, unknown>; query?: Record<string, unknown>; headers?: Record<string, string> }) => Promise<{ data: Record<string, unknown>; response: Response; error?: unknown }>;

it('a client that was generated from the document does the whole first-run story', async () => {
  const { client } = await import(`${folder}/client.gen.ts`) as { client: { setConfig: (config: unknown) => void; interceptors: { response: { use: (see: (reply: Response) => Response) => void } } } };
  const sdk = await import(`${folder}/sdk.gen.ts`) as Record<'postSessionLink' | 'postSessionSetUp' | 'getMeGroups' | 'postMeKeys' | 'patchMeKeysId' | 'getMeWallet' | 'getMeUsageTotals' | 'getAdminAudit' | 'deleteMeKeysId' | 'getMeKeysId', Operation>;
  let cookie = '';
  const dress = () => { client.setConfig({ baseUrl: hub.address, headers: { 'x-aiohub-csrf': '1', cookie } }); };
  client.interceptors.response.use((reply) => {
    const found = reply.headers.getSetCookie().map((line) => line.split(';')[0]).find((pair) => pair?.startsWith('aiohub_session='));
    cookie = found ?? cookie;
    dress();
    return reply;
  });
  dress();
  const good = async (asked: ReturnType<Operation>) => {
    const { data, error, response } = await asked;
    expect(error, `${String(response.status)} ${response.url}`).toBeUndefined();
    return { data, etag: response.headers.get('etag') ?? '' };
  };

  expect((await good(sdk.postSessionLink({ body: { token: hub.link.split('#')[1] } }))).data.needs).toBe('set_up');
  expect((await good(sdk.postSessionSetUp({ body: { email: 'ann@example.com', password: 'correct horse battery', name: 'Ann' } }))).data.signed_in).toBe(true);
  const { data: groups } = await good(sdk.getMeGroups());
  expect((groups.items as { name: string }[]).map(({ name }) => name)).toContain('auto');
  const { data: key } = await good(sdk.postMeKeys({ body: { name: 'first', groups: ['auto'] } }));
  const call = await hub.chat('Hello', { key: key.secret as string });
  expect(call.status, call.text).toBe(200);
  const { etag } = await good(sdk.getMeKeysId({ path: { id: key.id } }));
  const changed = await good(sdk.patchMeKeysId({ path: { id: key.id }, headers: { 'If-Match': etag }, body: { limits: { rpm: 60 } } }));
  expect((changed.data.limits as { rpm: number }).rpm).toBe(60);
  expect((await good(sdk.getMeWallet())).data.balance_usd).toBe(100);
  expect((await sdk.deleteMeKeysId({ path: { id: key.id }, headers: { 'If-Match': etag } })).response.status, 'changed meanwhile').toBe(412);
  const { data: audit } = await good(sdk.getAdminAudit({ query: { limit: 5 } }));
  expect((audit.items as unknown[]).length).toBe(5);
});

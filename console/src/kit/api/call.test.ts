import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressOf, call, callVersioned, onSignedOut } from './call';
import { Problem } from './problem';

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const mock = vi.fn((_address: string, _init: RequestInit) => Promise.resolve(new Response(status === 204 ? null : text, { status, headers })));
  vi.stubGlobal('fetch', mock);
  return mock;
}

afterEach(() => { vi.unstubAllGlobals(); });

const refused = async (work: Promise<unknown>): Promise<Problem> => {
  const failure: unknown = await work.then(() => undefined, (problem: unknown) => problem);
  expect(failure).toBeInstanceOf(Problem);
  return failure as Problem;
};

describe('a call of the API', () => {
  it('sends the header that other sites cannot send with every method but GET', async () => {
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'] as const) {
      const fetched = answer(200, {});
      await call(method, '/api/x', { body: {} });
      expect(fetched.mock.calls[0]?.[1].headers).toMatchObject({ 'x-aiohub-csrf': '1' });
    }

    const fetched = answer(200, {});
    await call('GET', '/api/x');
    expect(fetched.mock.calls[0]?.[1].headers).not.toHaveProperty('x-aiohub-csrf');
  });

  it('sends ETag and idempotency key where they are given', async () => {
    const fetched = answer(200, { a: 1 }, { etag: '"2"' });
    const got = await callVersioned('PATCH', '/api/x', { body: { a: 1 }, etag: '"1"', idempotencyKey: 'k' });
    expect(fetched.mock.calls[0]?.[1].headers).toMatchObject({ 'if-match': '"1"', 'idempotency-key': 'k', 'content-type': 'application/json' });
    expect(got).toEqual({ value: { a: 1 }, etag: '"2"' });
  });

  it('leaves empty members out of the address and escapes the others', () => {
    expect(addressOf('/api/x', { a: '', b: null, c: undefined, d: 'x y&z', e: 0, f: false })).toBe('/api/x?d=x+y%26z&e=0&f=false');
  });

  it('gives nothing for 204', async () => {
    answer(204, '');
    expect(await call('DELETE', '/api/x')).toBeUndefined();
  });

  it('keeps all that a problem says', async () => {
    answer(422, { code: 'invalid', detail: 'Some fields are not right.', errors: { name: ['Taken.'] }, request_id: 'r1' });
    const problem = await refused(call('POST', '/api/x'));
    expect(problem).toMatchObject({ status: 422, code: 'invalid', message: 'Some fields are not right.', errors: { name: ['Taken.'] }, requestId: 'r1', passing: false });
  });

  it('reads when to come back', async () => {
    answer(429, { code: 'too_many_tries' }, { 'retry-after': '30' });
    expect((await refused(call('POST', '/api/x'))).retryAfter).toBe(30);
  });

  it('knows refusals in HTML, and answers that are not JSON', async () => {
    answer(502, '<html>Bad gateway</html>');
    expect(await refused(call('GET', '/api/x'))).toMatchObject({ status: 502, code: 'http_502', passing: true });
    answer(200, '<html>captive portal</html>');
    expect((await refused(call('GET', '/api/x'))).code).toBe('not_json');
  });

  it('tells a hub that is away from one that refuses', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('Failed to fetch'))));
    expect(await refused(call('GET', '/api/x'))).toMatchObject({ status: 0, code: 'unreachable', passing: true });
  });

  it('says when nobody is signed in any more', async () => {
    const told = vi.fn();
    const stop = onSignedOut(told);
    answer(401, { code: 'not_signed_in' });
    await refused(call('GET', '/api/x'));
    answer(401, { code: 'sign_in_failed' });
    await refused(call('POST', '/api/x'));
    stop();
    expect(told).toHaveBeenCalledTimes(1);
  });
});

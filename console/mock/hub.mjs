// A small hub for tests and screenshots: speaks the management API's shapes from memory, and serves the built console as the host does.
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
const groups = [
  { name: 'auto', title: 'Auto', common_use: 'Picks among the active groups, steadier first', status: 'active', price_multiplier: 1 },
  { name: 'anthropic', common_use: 'Claude, by Anthropic itself', status: 'active', price_multiplier: 1 },
  { name: 'claude-bedrock', common_use: 'The same Claude models: dearer and steadier', status: 'active', price_multiplier: 1.2 },
  { name: 'claude-kiro', common_use: 'The same Claude models: cheap until the quota is used up', status: 'paused', price_multiplier: 0.4 },
  { name: 'codex', common_use: 'Codex CLI through the gateway', status: 'active', price_multiplier: 1 },
  { name: 'codex-cheap', common_use: 'A replacement is pending', status: 'expired', price_multiplier: 0.5 },
  { name: 'gemini', common_use: 'Gemini in Google’s own shape', status: 'active', price_multiplier: 1 },
  { name: 'opensource-economy', common_use: 'Open-weight models at a low price', status: 'active', price_multiplier: 0.6 },
];
const models = ['claude-haiku-4-5', 'claude-opus-4-6', 'claude-opus-4-6[1m]', 'claude-sonnet-4-6', 'gemini-3.8-flash', 'gpt-5.5', 'gpt-5.5-mini', 'qwen-3.8-max', 'sandbox/echo'];
const at = (days) => new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');

/** @param options `signedIn`, `role`, `empty` (nothing done yet), `sign_up`, `broken` (these paths answer 500), `totp`, `csp` */
export function newHub(options = {}) {
  const hub = {
    password: 'correct horse battery', signedIn: options.signedIn ?? false, needs: null, calls: [],
    user: { id: 1, email: 'ann@example.com', name: 'Ann Park', role: options.role ?? 'owner', locale: null, theme: null },
    totp: options.totp ?? false, totpSecret: null, tries: 0, next: 10,
    keys: options.empty ? [] : [
      key(1, 'laptop', '9f2c', ['auto'], { usd_per_day: 5, rpm: 60 }, 2), key(2, 'ci-runner', 'b71e', ['codex', 'auto'], { usd_per_month: 40 }, 9),
      key(3, 'notebook', '03aa', ['anthropic', 'claude-bedrock'], {}, 21), { ...key(4, 'old-demo', '77d0', ['gemini'], {}, 80), enabled: false },
    ],
    passkeys: options.empty ? [] : [{ id: 1, name: 'Laptop', created_at: at(30) }],
    sessions: [
      { id: 1, current: true, user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36', address: '192.0.2.10', created_at: at(1), last_seen_at: at(0) },
      { id: 2, current: false, user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1', address: '192.0.2.77', created_at: at(12), last_seen_at: at(3) },
    ],
    tokens: options.empty ? [] : [{ id: 1, name: 'backup script', scopes: ['admin:read'], created_at: at(40), last_used_at: at(1), expires_at: at(-300) }],
  };
  hub.keys.forEach((one) => { one.version = 1; });
  hub.options = options;
  return hub;

  function key(id, name, last_four, of, limits, days) {
    return { id, name, last_four, groups: of, cross_group_failover: true, models: [], limits, expires_at: null, enabled: true, created_at: at(days) };
  }
}

const problem = (status, code, detail, more = {}) => ({ status, type: 'application/problem+json', body: { type: `/docs/errors#${code}`, title: code, status, detail, code, request_id: 'req_mock', ...more } });
const ok = (body, more = {}) => ({ status: 200, body, ...more });

function session(hub) {
  const known = hub.signedIn || hub.needs === 'set_up';
  return { signed_in: hub.signedIn, user: known ? hub.user : null, needs: hub.needs, sign_up: hub.options.sign_up ?? 'open', providers: [{ name: 'company', title: 'Example Corp' }], passkeys: true, version: '0.1.0' };
}

/** Without its version, which is the ETag's. */
const shown = ({ version: _version, secret: _secret, ...key }) => key;
const tagged = (key, more = {}) => ok(shown(key), { headers: { etag: `"${key.version}"` }, ...more });

function checkKey(body, whole) {
  const errors = {};
  if ((whole || 'name' in body) && !body.name) errors.name = ['A name is needed.'];
  if (body.name === 'taken') errors.name = ['Another of your keys has this name.'];
  if ('groups' in body && body.groups.some((name) => !groups.some((group) => group.name === name))) errors['groups[0]'] = ['There is no such group.'];
  if (body.limits?.rpm > 100_000) errors['limits.rpm'] = ['At most 100000.'];
  return Object.keys(errors).length > 0 ? problem(422, 'invalid', 'Some fields are not right.', { errors }) : null;
}

function answer(hub, method, path, query, body, headers) {
  const is = (m, p) => method === m && path === p;
  if (hub.options.broken?.some((prefix) => path.startsWith(prefix))) return problem(503, 'unavailable', 'The database is away.');
  if (method !== 'GET' && path.startsWith('/api/') && headers['x-aiohub-csrf'] !== '1') return problem(403, 'csrf', 'The header x-aiohub-csrf is missing.');
  if (is('GET', '/api/session')) return ok(session(hub));
  if (is('POST', '/api/session/password')) {
    if (++hub.tries > 5) return { ...problem(429, 'too_many_tries', 'Too many tries.'), headers: { 'retry-after': '30' } };
    if (body.email !== hub.user.email || body.password !== hub.password) return problem(401, 'sign_in_failed', 'E-mail and password do not belong together.');
    hub.tries = 0;
    if (hub.totp) hub.needs = 'second_factor'; else hub.signedIn = true;
    return ok(session(hub));
  }
  if (is('POST', '/api/session/second-factor')) {
    if (body.code !== '123456') return problem(422, 'invalid', 'The code is not right.', { errors: { code: ['The code is not right, or was used already.'] } });
    hub.needs = null; hub.signedIn = true;
    return ok(session(hub));
  }
  if (is('POST', '/api/session/link')) {
    if (body.token !== 'good-link') return problem(404, 'not_found', 'This link was used or is too old.');
    hub.needs = 'set_up';
    return ok(session(hub));
  }
  if (is('POST', '/api/session/set-up')) {
    if (hub.needs !== 'set_up') return problem(409, 'conflict', 'There is nothing to set up.');
    if (body.password === 'password1234') return problem(422, 'invalid', 'Some fields are not right.', { errors: { password: ['This password is among the most common ones.'] } });
    Object.assign(hub.user, { email: body.email ?? hub.user.email, name: body.name ?? hub.user.name });
    hub.password = body.password; hub.needs = null; hub.signedIn = true;
    return ok(session(hub));
  }
  if (is('POST', '/api/session/sign-up')) {
    if (body.email === 'ann@example.com') return problem(422, 'invalid', 'Some fields are not right.', { errors: { email: ['This address has an account already.'] } });
    hub.user = { id: 2, email: body.email, name: body.name ?? null, role: 'user' }; hub.keys = []; hub.signedIn = true;
    return ok(session(hub), { status: 201 });
  }
  if (is('DELETE', '/api/session')) { hub.signedIn = false; hub.needs = null; return { status: 204 }; }
  if (path.startsWith('/v1/')) return relay(hub, path, body, headers);
  if (!path.startsWith('/api/')) return null;
  if (!hub.signedIn) return problem(401, 'not_signed_in', 'Sign in first.');
  if (is('GET', '/api/me')) return ok({ ...hub.user, totp: hub.totp, has_password: true, created_at: at(100) }, { headers: { etag: '"1"' } });
  if (is('PATCH', '/api/me')) { Object.assign(hub.user, body); return ok(hub.user); }
  if (is('PUT', '/api/me/password')) {
    if (body.current !== hub.password) return problem(422, 'invalid', 'Some fields are not right.', { errors: { current: ['This is not your present password.'] } });
    hub.password = body.new;
    return { status: 204 };
  }
  if (is('POST', '/api/me/totp')) return ok({ secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/AIOHub:ann@example.com?secret=JBSWY3DPEHPK3PXP&issuer=AIOHub' });
  if (is('PUT', '/api/me/totp')) {
    if (body.code !== '123456') return problem(422, 'invalid', 'Some fields are not right.', { errors: { code: ['These digits do not fit the secret.'] } });
    hub.totp = true;
    return ok({ recovery_codes: ['4kq7-x2mn', '9dvt-p3ws', 'h6rz-8ybc', '2fgj-m5ke', 'w7nx-4tqd', 'b3ys-z9hv', 'r8cp-6jgm', 'k5td-2wfx'] });
  }
  if (is('DELETE', '/api/me/totp')) { hub.totp = false; return { status: 204 }; }
  if (is('GET', '/api/me/groups')) return ok({ items: groups, next: null });
  if (is('GET', '/api/me/wallet')) return ok({ balance_usd: hub.options.empty ? 100 : 87.4312 });
  if (is('GET', '/api/me/usage/totals')) return ok(hub.options.empty ? totals([]) : totals(points(query)));
  if (is('GET', '/api/me/usage/series')) return ok({ step: query.get('step'), points: hub.options.empty ? [] : points(query) });
  if (is('GET', '/api/me/keys')) {
    let found = hub.keys.filter((key) => (query.get('name') ?? '') === '' || key.name.includes(query.get('name'))).filter((key) => !query.get('enabled') || String(key.enabled) === query.get('enabled'));
    const sort = query.get('sort') ?? '-created_at';
    const member = sort.replace('-', '');
    found = found.toSorted((a, b) => (a[member] < b[member] ? -1 : 1) * (sort.startsWith('-') ? -1 : 1));
    const from = Number(query.get('after') ?? 0);
    const limit = hub.options.pageSize ?? Number(query.get('limit') ?? 50);
    return ok({ items: found.slice(from, from + limit).map(shown), next: from + limit < found.length ? String(from + limit) : null });
  }
  if (is('POST', '/api/me/keys')) {
    const refused = checkKey(body, true);
    if (refused) return refused;
    const secret = `sk-${randomBytes(24).toString('base64url')}`;
    const key = { id: hub.next++, last_four: secret.slice(-4), enabled: true, created_at: at(0), models: [], limits: {}, cross_group_failover: true, expires_at: null, ...body, version: 1, secret };
    hub.keys.push(key);
    return tagged(key, { status: 201, body: { ...shown(key), secret }, headers: { location: `/api/me/keys/${key.id}` } });
  }
  const one = /^\/api\/me\/keys\/(\d+)$/.exec(path);
  if (one) {
    const key = hub.keys.find(({ id }) => id === Number(one[1]));
    if (!key) return problem(404, 'not_found', 'There is no such key.');
    if (method === 'GET') return tagged(key);
    if (!headers['if-match']) return problem(428, 'if_match_required', 'Send If-Match.');
    if (headers['if-match'] !== `"${key.version}"`) return problem(412, 'changed_meanwhile', 'It was changed meanwhile.', { current: shown(key) });
    if (method === 'DELETE') { hub.keys = hub.keys.filter((other) => other !== key); return { status: 204 }; }
    const refused = checkKey(body, false);
    if (refused) return refused;
    Object.assign(key, body, { version: key.version + 1 });
    return tagged(key);
  }
  for (const name of ['passkeys', 'sessions', 'tokens']) {
    if (is('GET', `/api/me/${name}`)) return ok({ items: hub[name], next: null });
    if (is('DELETE', `/api/me/${name}`)) { hub[name] = hub[name].filter((row) => row.current); return { status: 204 }; }
    if (method === 'DELETE' && path.startsWith(`/api/me/${name}/`)) { hub[name] = hub[name].filter((row) => String(row.id) !== path.split('/').at(-1)); return { status: 204 }; }
  }
  if (is('POST', '/api/me/tokens')) {
    const made = { id: hub.next++, created_at: at(0), last_used_at: null, expires_at: null, ...body };
    hub.tokens.push(made);
    return ok({ ...made, secret: `aha_${randomBytes(20).toString('base64url')}` }, { status: 201 });
  }
  return problem(404, 'not_found', 'Nothing is served here.');
}

function relay(hub, path, body, headers) {
  const secret = headers.authorization?.replace('Bearer ', '');
  if (!hub.keys.some((key) => key.secret === secret && key.enabled)) return { status: 401, body: { error: { message: 'This key is not known here.', code: 'invalid_api_key' } } };
  if (path === '/v1/models') return ok({ object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
  return ok({ choices: [{ message: { role: 'assistant', content: body.messages.at(-1).content } }] }, {
    headers: { 'x-aiohub-request-id': 'req_01jd7m4q9x', 'x-aiohub-group': 'auto', 'x-aiohub-model': body.model, 'x-aiohub-cost-usd': '0' },
  });
}

/** Days with a week's rhythm: the same at each run. */
function points(query) {
  const from = Date.parse(query.get('from'));
  const to = Math.min(Date.parse(query.get('to')), Date.now());
  const made = [];
  for (let day = from; day < to; day += 86_400_000) {
    const n = Math.floor(day / 86_400_000);
    const week = [0.35, 1, 1.15, 1.05, 1.2, 0.9, 0.3][new Date(day).getUTCDay()];
    const calls = Math.round(week * (220 + 90 * Math.sin(n / 3)));
    made.push({ at: new Date(day).toISOString(), calls, errors: Math.round(calls * 0.004), input_tokens: calls * 1400, cache_read_tokens: calls * 6200, cache_write_tokens: calls * 350, output_tokens: calls * 620, charge_usd: Math.round(calls * 11_234_567) / 1e9, p50_ms: 840, p95_ms: 4310, p99_ms: 9800 });
  }
  return made;
}

function totals(all) {
  const sum = (name) => all.reduce((total, point) => total + point[name], 0);
  return { ...Object.fromEntries(['calls', 'errors', 'input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'charge_usd'].map((name) => [name, sum(name)])), p50_ms: all.length > 0 ? 840 : null, p95_ms: all.length > 0 ? 4310 : null, p99_ms: null };
}

/** As the host sends it: one page for all paths, a nonce for each answer, and the policy. */
async function page(root, response, path) {
  const file = normalize(join(root, path));
  try {
    if (file.startsWith(root) && extname(file) !== '' && path !== '/index.html') {
      const bytes = await readFile(file);
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
      return;
    }
  } catch { /* then it is a page */ }

  const nonce = randomBytes(16).toString('base64');
  const html = (await readFile(join(root, 'index.html'), 'utf8')).replace('%STYLE_NONCE%', nonce);
  response.writeHead(200, {
    'content-type': types['.html'],
    'content-security-policy': `default-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  });
  response.end(html);
}

/** Serves until closed. @returns the address and the hub, whose state tests may look at and change */
export async function serve(root, options = {}, port = 0) {
  const hub = newHub(options);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://hub');
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    let body;
    try { body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {}; } catch { body = {}; }
    const told = answer(hub, request.method, url.pathname, url.searchParams, body, request.headers);
    if (told === null) { await page(root, response, url.pathname); return; }
    hub.calls.push({ method: request.method, path: url.pathname, body });
    response.writeHead(told.status, { 'content-type': told.type ?? 'application/json', ...told.headers });
    response.end(told.body === undefined ? '' : JSON.stringify(told.body));
  });
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return { hub, address: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

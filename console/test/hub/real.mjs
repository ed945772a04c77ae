// The hub itself, as it was built, with a data folder of its own: for tests in the browser and for pictures of pages.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const password = 'correct horse battery';

/** The program that was built last. `AIOHUB_PROGRAM` names another. @returns {string} */
export function program() {
  const built = ['Release', 'Debug'].map((name) => here(`../../../src/AioHub.Host/bin/${name}/net10.0/aiohub.dll`)).filter((path) => existsSync(path));
  const found = process.env.AIOHUB_PROGRAM ?? built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (found === undefined) throw new Error('The hub is not built: run "dotnet build src/AioHub.Host" in the root of the repository.');
  return found;
}

/** Puts pages beside the program, which serves them from there. @param {string} pages */
export function putPages(pages) {
  const target = join(dirname(program()), 'wwwroot');
  rmSync(target, { recursive: true, force: true });
  cpSync(pages, target, { recursive: true });
}

/** Somebody who is signed in, and speaks to the management API. */
export class Person {
  /** @param {string} address @param {string} email */
  constructor(address, email) {
    this.address = address;
    this.email = email;
    this.cookie = '';
  }

  /**
   * One call of the management API; what is refused throws.
   * @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers]
   * @returns {Promise<any>}
   */
  async call(method, path, body, headers = {}) {
    const reply = await fetch(this.address + path, {
      method, body: body === undefined ? null : JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-aiohub-csrf': '1', cookie: `aiohub_session=${this.cookie}`, ...headers },
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${String(reply.status)} ${text}`);
    for (const line of reply.headers.getSetCookie()) {
      const found = /^aiohub_session=([^;]*)/.exec(line);
      if (found) this.cookie = found[1] ?? '';
    }
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Changes what is read, under its ETag. @param {string} path @param {unknown} body @returns {Promise<any>} */
  async change(path, body) {
    const read = await fetch(this.address + path, { headers: { cookie: `aiohub_session=${this.cookie}` } });
    await read.arrayBuffer();
    return this.call('PATCH', path, body, { 'if-match': read.headers.get('etag') ?? '*' });
  }
}

/** A hub that serves until it is closed. */
export class RealHub {
  /** @param {import('node:child_process').ChildProcess} process @param {string} data @param {string} address @param {string} link @param {string} key */
  constructor(process, data, address, link, key) {
    this.process = process;
    this.data = data;
    /** Such as `http://127.0.0.1:41234`. */
    this.address = address;
    /** The owner's first link; used up once `owner` is made. */
    this.link = link;
    /** The first API key, of the owner, in `auto`. */
    this.key = key;
  }

  /** The owner, set up with `password`. @returns {Promise<Person>} */
  async owner() {
    const owner = new Person(this.address, 'ann@example.com');
    await owner.call('POST', '/api/session/link', { token: this.link.split('#')[1] });
    await owner.call('POST', '/api/session/set-up', { email: owner.email, password, name: 'Ann Park' });
    return owner;
  }

  /**
   * Somebody else, by the owner's hand.
   * @param {Person} owner @param {string} email @param {'user' | 'operator' | 'owner'} [role]
   * @returns {Promise<Person & { id: number }>}
   */
  async join(owner, email, role = 'user') {
    const made = await owner.call('POST', '/api/admin/users', { email, role });
    const { token } = await owner.call('POST', `/api/admin/users/${made.id}/link`);
    const person = new Person(this.address, email);
    await person.call('POST', '/api/session/link', { token });
    await person.call('POST', '/api/session/set-up', { password });
    return Object.assign(person, { id: Number(made.id) });
  }

  /**
   * One call of a model.
   * @param {string} content @param {{ model?: string, key?: string, stream?: boolean, path?: string, body?: unknown, headers?: Record<string, string> }} [more]
   * @returns {Promise<{ status: number, request: string, text: string }>} the request's id among it
   */
  async chat(content, { model = 'sandbox/echo', key = this.key, stream = false, path = '/v1/chat/completions', body, headers = {} } = {}) {
    const reply = await fetch(this.address + path, {
      method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body ?? { model, stream, messages: [{ role: 'user', content }] }),
    });
    return { status: reply.status, request: reply.headers.get('x-aiohub-request-id') ?? '', text: await reply.text() };
  }

  /** Ends the hub as a terminal would, and removes its folder. */
  async close() {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => { this.process.once('exit', resolve); });
      this.process.kill('SIGTERM');
      const late = setTimeout(() => this.process.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** @param {{ env?: Record<string, string>, host?: string }} [options] settings of the process; the name it is reached by (`localhost` for passkeys) @returns {Promise<RealHub>} */
export async function startHub({ env = {}, host = '127.0.0.1' } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'aiohub-pages-'));
  const child = spawn('dotnet', [program(), 'serve', '--urls', 'http://127.0.0.1:0', '--data', data], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const told = [];
  child.stderr.on('data', (bytes) => { told.push(String(bytes)); });
  try {
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => { reject(new Error(`The hub did not start in time:\n${told.join('\n')}`)); }, 60_000);
      let address = '', link = '', key = '';
      child.once('exit', (code) => { clearTimeout(late); reject(new Error(`The hub ended with ${String(code)}:\n${told.join('\n')}`)); });
      createInterface({ input: child.stdout }).on('line', (line) => {
        told.push(line);
        address = /^AIOHub is ready at (\S+)/.exec(line)?.[1] ?? address;
        link = /(http\S+\/link#\S+)/.exec(line)?.[1] ?? link;
        key = /^Your first API key, shown once: (\S+)/.exec(line)?.[1] ?? key;
        if (address !== '' && link !== '' && key !== '') {
          clearTimeout(late);
          child.removeAllListeners('exit');
          resolve(new RealHub(child, data, address.replace('127.0.0.1', host), link.replace('127.0.0.1', host), key));
        }
      });
    });
  } catch (failure) {
    child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
    throw failure;
  }
}

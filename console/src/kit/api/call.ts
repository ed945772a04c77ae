import { Problem, problemOf } from './problem';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface CallOptions {
  query?: Query;
  /** Sent as JSON; a file goes as it is on the disk, and the browser streams it. */
  body?: unknown;
  /** The ETag that was read: needed by PATCH and DELETE of configuration. */
  etag?: string;
  /** One per intention: repeated tries of the same movement of money carry the same one. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** A value and the ETag under which it may be changed. */
export interface Versioned<T> {
  value: T;
  etag: string | undefined;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

const listeners = new Set<() => void>();

/** Told when the hub no longer knows who is signed in. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function addressOf(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') {
      search.set(name, String(value));
    }
  }

  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** @throws Problem with status 0 when the hub is not reached; what its caller cancels ends as the browser ends it */
async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, credentials: 'same-origin' });
  } catch (failure) {
    throw failure instanceof DOMException && failure.name === 'AbortError' ? failure : new Problem(0, { code: 'unreachable' });
  }
}

/**
 * One call of the management API, by the session's cookie.
 * @throws Problem when the hub refuses, or is not reached (status 0)
 */
export async function callVersioned<T>(method: Method, path: string, options: CallOptions = {}): Promise<Versioned<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const file = options.body instanceof Blob ? options.body : undefined;
  if (options.body !== undefined) {
    headers['content-type'] = file === undefined ? 'application/json' : 'application/octet-stream';
  }

  if (method !== 'GET') {
    // Pages of other sites cannot send a header of this name without a leave that the hub never gives.
    headers['x-aiohub-csrf'] = '1';
  }

  if (options.etag !== undefined) {
    headers['if-match'] = options.etag;
  }

  if (options.idempotencyKey !== undefined) {
    headers['idempotency-key'] = options.idempotencyKey;
  }

  const body = options.body === undefined ? null : file ?? JSON.stringify(options.body);
  const reply = await reach(addressOf(path, options.query), { method, headers, body, signal: options.signal ?? null });
  if (!reply.ok) {
    const problem = await problemOf(reply);
    if (problem.code === 'not_signed_in') {
      listeners.forEach((listener) => { listener(); });
    }

    throw problem;
  }

  const text = reply.status === 204 ? '' : await reply.text();
  let value: unknown;
  try {
    value = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new Problem(reply.status, { code: 'not_json' });
  }

  return { value: value as T, etag: reply.headers.get('etag') ?? undefined };
}

/** Like {@link callVersioned}, for those who do not change what they read. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  return (await callVersioned<T>(method, path, options)).value;
}

/**
 * Work that tells how far it is: lines of JSON, each told as it comes.
 * @param etag of what was seen, where the work does no more than that
 * @returns the last line
 * @throws Problem when the hub refuses, or is not reached (status 0)
 */
export async function callLines<T>(path: string, body: unknown, tell: (line: T) => void, signal: AbortSignal, etag?: string): Promise<T | undefined> {
  const headers = { accept: 'application/x-ndjson', 'content-type': 'application/json', 'x-aiohub-csrf': '1', ...(etag === undefined ? {} : { 'if-match': etag }) };
  const reply = await reach(path, { method: 'POST', signal, headers, body: JSON.stringify(body) });
  if (!reply.ok || reply.body === null) {
    throw await problemOf(reply);
  }

  const reader = reply.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  let last: T | undefined;
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : lines.pop() ?? '';
    for (const line of lines.filter((one) => one !== '')) {
      last = JSON.parse(line) as T;
      tell(last);
    }

    if (done) {
      return last;
    }
  }
}

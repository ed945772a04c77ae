import { Problem, problemOf } from './problem';

/** Calls of models by an API key, as any client makes them: no cookie goes along. */

export interface ModelsReply {
  models: string[];
  /** Milliseconds from asking to the whole answer. */
  took: number;
}

export interface CallStory {
  answer: string;
  took: number;
  requestId: string | null;
  group: string | null;
  model: string | null;
  /** USD. */
  cost: number | null;
}

/**
 * Asks an endpoint of models. `key` is a key's secret, or a token of the playground.
 * @throws Problem when the relay refuses, in whatever dialect, or is not reached (status 0)
 */
export async function askRelay(path: string, key: string, init: RequestInit): Promise<Response> {
  let reply: Response;
  try {
    reply = await fetch(path, { ...init, credentials: 'omit', headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${key}` } });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') {
      throw failure;
    }

    throw new Problem(0, { code: 'unreachable' });
  }

  if (reply.ok) {
    return reply;
  }

  // OpenAI's, Anthropic's and Google's errors have their sentence in the same place; the hub's own code stands in a header in each.
  const copy = reply.clone();
  try {
    const body = (await copy.json()) as { error?: { message?: string; code?: unknown } };
    const request = reply.headers.get('x-aiohub-request-id');
    const code = reply.headers.get('x-aiohub-error') ?? (typeof body.error?.code === 'string' ? body.error.code : null);
    if (body.error) {
      throw new Problem(reply.status, { ...(body.error.message === undefined ? {} : { detail: body.error.message }), ...(code === null ? {} : { code }), ...(request === null ? {} : { request_id: request }) });
    }
  } catch (failure) {
    if (failure instanceof Problem) {
      throw failure;
    }
  }

  throw await problemOf(reply);
}

/** Which models a key reaches: the live check of a set-up. */
export async function modelsOf(key: string): Promise<ModelsReply> {
  const began = performance.now();
  const reply = await askRelay('/v1/models', key, { method: 'GET', headers: { accept: 'application/json' } });
  const body = (await reply.json()) as { data?: { id: string }[] };
  return { models: (body.data ?? []).map((model) => model.id), took: Math.round(performance.now() - began) };
}

/** One small call, and what its reply headers tell of its way. */
export async function sayHello(key: string, model: string, text: string): Promise<CallStory> {
  const began = performance.now();
  const reply = await askRelay('/v1/chat/completions', key, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }] }),
  });
  const body = (await reply.json()) as { choices?: { message?: { content?: string | null } }[] };
  const cost = reply.headers.get('x-aiohub-cost-usd');
  return {
    answer: body.choices?.[0]?.message?.content ?? '',
    took: Math.round(performance.now() - began),
    requestId: reply.headers.get('x-aiohub-request-id'),
    group: reply.headers.get('x-aiohub-group'),
    model: reply.headers.get('x-aiohub-model'),
    cost: cost === null ? null : Number(cost),
  };
}

import { Problem, problemOf } from './problem';

/**
 * Asks for work that is told line by line (NDJSON) while it is done.
 * @param onLine given each line as it comes
 * @param signal ends the work: the hub stops when its caller leaves
 * @throws Problem when the hub refuses, or is not reached (status 0)
 */
export async function askLines<T>(path: string, body: unknown, onLine: (line: T) => void, signal: AbortSignal): Promise<void> {
  let reply: Response;
  try {
    reply = await fetch(path, { method: 'POST', headers: { accept: 'application/x-ndjson', 'content-type': 'application/json', 'x-aiohub-csrf': '1' }, body: JSON.stringify(body), credentials: 'same-origin', signal });
  } catch (failure) {
    if (signal.aborted) {
      return;
    }

    throw failure instanceof DOMException ? failure : new Problem(0, { code: 'unreachable' });
  }

  if (!reply.ok || reply.body === null) {
    throw await problemOf(reply);
  }

  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const parts = (rest + (value ?? '')).split('\n');
      rest = done ? '' : parts.pop() ?? '';
      for (const part of parts) {
        if (part.trim() !== '') {
          onLine(JSON.parse(part) as T);
        }
      }

      if (done) {
        return;
      }
    }
  } catch (failure) {
    if (!signal.aborted) {
      throw failure instanceof SyntaxError ? new Problem(reply.status, { code: 'not_json' }) : new Problem(0, { code: 'unreachable' });
    }
  }
}

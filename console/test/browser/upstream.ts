import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Upstream {
  address: string;
  /** How it answers calls from now on; lists are always given. */
  refuse: (status: number | undefined) => void;
  close: () => Promise<void>;
}

/** An upstream of OpenAI's shape on the loopback: lists models, answers, streams and calls tools. */
export async function startUpstream(): Promise<Upstream> {
  let refused: number | undefined;
  const server = createServer((request, reply) => {
    let text = '';
    request.on('data', (bytes) => { text += String(bytes); });
    request.on('end', () => {
      const json = (status: number, value: unknown) => { reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)); };
      if (request.method === 'GET') {
        json(200, { data: [{ id: 'gpt-4o-mini' }, { id: 'gpt-4o' }, { id: 'brand-new' }] });
      } else if (refused !== undefined) {
        json(refused, { error: { message: 'This key was taken away.', type: 'invalid_request_error' } });
      } else if (text.includes('"stream":true')) {
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        const chunk = (delta: unknown, end: string | null) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, finish_reason: end }] })}\n\n`;
        reply.end(chunk({ role: 'assistant', content: 'ready' }, null) + chunk({}, 'stop') + 'data: [DONE]\n\n');
      } else {
        const message = text.includes('"tools"') ? { role: 'assistant', content: null, tool_calls: [{ id: 't', type: 'function', function: { name: 'ping', arguments: '{}' } }] } : { role: 'assistant', content: 'ready' };
        json(200, { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }], usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 } });
      }
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    refuse: (status) => { refused = status; },
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}

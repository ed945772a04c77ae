/** How a conversation is asked in each dialect of callers, and how its stream is read. What is sent is what any client of that dialect would send. */

export interface Turn {
  role: 'user' | 'assistant';
  text: string;
}

export interface Wish {
  model: string;
  system: string;
  turns: readonly Turn[];
  temperature: number | undefined;
  maxTokens: number | undefined;
  /** As the dialect spells them, or `{name, description, parameters}`. */
  tools: readonly unknown[];
}

/** What one event of a stream adds. */
export interface Piece {
  text?: string;
  thought?: string;
  tool?: string;
  /** The answer broke off: in the dialect's own words. */
  error?: string;
}

export interface PlayDialect {
  id: DialectId;
  title: string;
  path: (model: string) => string;
  body: (wish: Wish) => Record<string, unknown>;
  read: (event: Json) => Piece;
}

export const dialectIds = ['chat', 'responses', 'anthropic', 'gemini'] as const;
export type DialectId = (typeof dialectIds)[number];

type Json = { [name: string]: unknown };
const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? value as Json : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const some = (members: Record<string, unknown>) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
const errorOf = (event: Json): Piece => ('error' in event && event.error !== null ? { error: text(record(event.error).message) || JSON.stringify(event.error) } : {});

/** A plain function in the dialect's clothes; what has other members is the dialect's own and stays. */
function tools(wish: Wish, dress: (plain: Json) => unknown): unknown[] | undefined {
  return wish.tools.length === 0 ? undefined : wish.tools.map((tool) => {
    const plain = record(tool);
    return 'name' in plain && !('type' in plain) && !('input_schema' in plain) ? dress(plain) : tool;
  });
}

export const dialects: Record<DialectId, PlayDialect> = {
  chat: {
    id: 'chat', title: 'OpenAI Chat', path: () => '/v1/chat/completions',
    body: (wish) => some({
      model: wish.model, stream: true, stream_options: { include_usage: true },
      messages: [...(wish.system === '' ? [] : [{ role: 'system', content: wish.system }]), ...wish.turns.map((turn) => ({ role: turn.role, content: turn.text }))],
      temperature: wish.temperature, max_tokens: wish.maxTokens, tools: tools(wish, (plain) => ({ type: 'function', function: plain })),
    }),
    read: (event) => {
      const delta = record(list(event.choices)[0]?.delta);
      const call = record(list(delta.tool_calls)[0]?.function);
      return { text: text(delta.content), thought: text(delta.reasoning_content) || text(delta.reasoning), tool: (text(call.name) === '' ? '' : `${text(call.name)} `) + text(call.arguments), ...errorOf(event) };
    },
  },
  responses: {
    id: 'responses', title: 'OpenAI Responses', path: () => '/v1/responses',
    body: (wish) => some({
      model: wish.model, stream: true, store: false, instructions: wish.system === '' ? undefined : wish.system,
      input: wish.turns.map((turn) => ({ role: turn.role, content: turn.text })),
      temperature: wish.temperature, max_output_tokens: wish.maxTokens, tools: tools(wish, (plain) => ({ type: 'function', ...plain })),
    }),
    read: (event) => {
      switch (event.type) {
        case 'response.output_text.delta': case 'response.refusal.delta': return { text: text(event.delta) };
        case 'response.reasoning_summary_text.delta': case 'response.reasoning_text.delta': return { thought: text(event.delta) };
        case 'response.function_call_arguments.delta': return { tool: text(event.delta) };
        case 'response.output_item.added': return record(event.item).type === 'function_call' ? { tool: `${text(record(event.item).name)} ` } : {};
        case 'response.failed': return errorOf(record(event.response));
        case 'error': return { error: text(event.message) || errorOf(event).error || 'error' };
        default: return {};
      }
    },
  },
  anthropic: {
    id: 'anthropic', title: 'Anthropic Messages', path: () => '/v1/messages',
    body: (wish) => some({
      model: wish.model, stream: true, max_tokens: wish.maxTokens ?? 1024, system: wish.system === '' ? undefined : wish.system,
      messages: wish.turns.map((turn) => ({ role: turn.role, content: turn.text })),
      temperature: wish.temperature, tools: tools(wish, ({ parameters, ...plain }) => ({ ...plain, input_schema: parameters ?? { type: 'object' } })),
    }),
    read: (event) => {
      switch (event.type) {
        case 'content_block_delta': {
          const delta = record(event.delta);
          return { text: text(delta.text), thought: text(delta.thinking), tool: text(delta.partial_json) };
        }
        case 'content_block_start': return record(event.content_block).type === 'tool_use' ? { tool: `${text(record(event.content_block).name)} ` } : {};
        default: return errorOf(event);
      }
    },
  },
  gemini: {
    id: 'gemini', title: 'Gemini', path: (model) => `/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    body: (wish) => {
      const own = tools(wish, (plain) => plain);
      const settings = some({ temperature: wish.temperature, maxOutputTokens: wish.maxTokens });
      return some({
        systemInstruction: wish.system === '' ? undefined : { parts: [{ text: wish.system }] },
        contents: wish.turns.map((turn) => ({ role: turn.role === 'user' ? 'user' : 'model', parts: [{ text: turn.text }] })),
        generationConfig: Object.keys(settings).length === 0 ? undefined : settings,
        tools: own === undefined ? undefined : own.some((tool) => 'functionDeclarations' in record(tool)) ? own : [{ functionDeclarations: own }],
      });
    },
    read: (event) => {
      const parts = list(record(list(event.candidates)[0]?.content).parts);
      const call = parts.map((part) => record(part.functionCall)).find((found) => 'name' in found);
      return {
        text: parts.filter((part) => part.thought !== true).map((part) => text(part.text)).join(''), thought: parts.filter((part) => part.thought === true).map((part) => text(part.text)).join(''),
        tool: call === undefined ? '' : `${text(call.name)} ${JSON.stringify(call.args ?? {})}`, ...errorOf(event),
      };
    },
  },
};

/** Reads server-sent events as they come; what is no JSON (`[DONE]`, comments) is passed over. */
export async function readEvents(body: ReadableStream<Uint8Array>, take: (raw: string, event: Json | undefined) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ?? '';
    const lines = rest.split(/\r?\n\r?\n/);
    rest = done ? '' : lines.pop() ?? '';
    for (const raw of lines.filter((line) => line !== '')) {
      const data = raw.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      let event: Json | undefined;
      try {
        event = data === '' ? undefined : record(JSON.parse(data));
      } catch {
        event = undefined;
      }

      take(raw, event);
    }

    if (done) {
      return;
    }
  }
}

/** The same call for a terminal. The key is a variable: secrets do not go into a history. */
export function curlOf(base: string, dialect: PlayDialect, wish: Wish): string {
  const body = JSON.stringify(dialect.body(wish), null, 2).replaceAll("'", "'\\''");
  const address = `${base}${dialect.path(wish.model)}`;
  return `curl -N ${/[?&]/.test(address) ? `'${address}'` : address} \\\n  -H "Authorization: Bearer $AIOHUB_KEY" \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

/** Tools that were typed. @throws SyntaxError when it is no JSON, RangeError when it is no list */
export function toolsOf(typed: string): unknown[] {
  if (typed.trim() === '') {
    return [];
  }

  const read: unknown = JSON.parse(typed);
  if (!Array.isArray(read)) {
    throw new RangeError('list');
  }

  return read as unknown[];
}

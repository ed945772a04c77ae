import { describe, expect, it } from 'vitest';
import { curlOf, dialectIds, dialects, readEvents, toolsOf, type Wish } from './dialects';

const wish: Wish = { model: 'a/b', system: 'Be short.', turns: [{ role: 'user', text: 'Hi' }, { role: 'assistant', text: 'Hello' }, { role: 'user', text: "It's me" }], temperature: 0.5, maxTokens: 64, tools: [{ name: 'time', description: 'Now', parameters: { type: 'object' } }] };

describe('a wish in each dialect', () => {
  it('has its system, its turns, its bounds and its tools where the dialect wants them', () => {
    expect(dialects.chat.body(wish)).toMatchObject({ model: 'a/b', stream: true, max_tokens: 64, temperature: 0.5, messages: [{ role: 'system' }, { role: 'user' }, { role: 'assistant', content: 'Hello' }, { role: 'user' }], tools: [{ type: 'function', function: { name: 'time' } }] });
    expect(dialects.responses.body(wish)).toMatchObject({ instructions: 'Be short.', max_output_tokens: 64, input: [{ role: 'user', content: 'Hi' }, {}, {}], tools: [{ type: 'function', name: 'time' }] });
    expect(dialects.anthropic.body(wish)).toMatchObject({ system: 'Be short.', max_tokens: 64, tools: [{ name: 'time', input_schema: { type: 'object' } }] });
    expect(dialects.anthropic.body({ ...wish, maxTokens: undefined }).max_tokens).toBe(1024);
    expect(dialects.gemini.body(wish)).toMatchObject({ contents: [{ role: 'user' }, { role: 'model' }, { role: 'user' }], generationConfig: { temperature: 0.5, maxOutputTokens: 64 }, tools: [{ functionDeclarations: [{ name: 'time' }] }] });
    expect(dialects.gemini.path('a/b')).toBe('/v1beta/models/a%2Fb:streamGenerateContent?alt=sse');
  });

  it('says nothing that was not wished', () => {
    for (const id of dialectIds) {
      const body = JSON.stringify(dialects[id].body({ ...wish, system: '', temperature: undefined, maxTokens: undefined, tools: [] }));
      expect(body).not.toMatch(/temperature|tools|system|instructions|undefined|null/);
    }
  });

  it('can be pasted into a terminal, without the key', () => {
    expect(curlOf('https://hub.example', dialects.gemini, wish)).toContain("'https://hub.example/v1beta/models/a%2Fb:streamGenerateContent?alt=sse'");
    expect(curlOf('https://hub.example', dialects.chat, wish)).toContain("It'\\''s me");
    expect(curlOf('https://hub.example', dialects.chat, wish)).not.toMatch(/ahp_|sk-/);
  });
});

describe('a stream', () => {
  const streamOf = (...chunks: Uint8Array[]) => new ReadableStream<Uint8Array>({
    start: (to) => {
      chunks.forEach((chunk) => { to.enqueue(chunk); });
      to.close();
    },
  });
  const read = async (id: (typeof dialectIds)[number], raw: string, atOnce = 100_000) => {
    const bytes = new TextEncoder().encode(raw);
    const chunks = Array.from({ length: Math.ceil(bytes.length / atOnce) }, (_, at) => bytes.slice(at * atOnce, (at + 1) * atOnce));
    const all = { text: '', thought: '', tool: '', error: '' };
    await readEvents(streamOf(...chunks), (_, event) => {
      const piece = event === undefined ? {} : dialects[id].read(event);
      for (const name of Object.keys(all) as (keyof typeof all)[]) {
        all[name] += piece[name] ?? '';
      }
    });
    return all;
  };

  it('is read event by event, wherever it is cut', async () => {
    const raw = 'data: {"choices":[{"delta":{"content":"Hé"}}]}\n\ndata: {"choices":[{"delta":{"content":"llo","reasoning_content":"hm"}}]}\n\n: alive\n\ndata: [DONE]\n\n';
    expect(await read('chat', raw)).toMatchObject({ text: 'Héllo', thought: 'hm' });
    expect(await read('chat', raw, 1)).toMatchObject({ text: 'Héllo', thought: 'hm' });
  });

  it('tells text, thoughts, tools and errors in each dialect', async () => {
    expect(await read('responses', 'event: x\r\ndata: {"type":"response.output_text.delta","delta":"a"}\r\n\r\ndata: {"type":"response.output_item.added","item":{"type":"function_call","name":"f"}}\r\n\r\ndata: {"type":"response.function_call_arguments.delta","delta":"{}"}\r\n\r\ndata: {"type":"response.failed","response":{"error":{"message":"no"}}}\r\n\r\n'))
      .toEqual({ text: 'a', thought: '', tool: 'f {}', error: 'no' });
    expect(await read('anthropic', 'data: {"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"t"}}\n\ndata: {"type":"content_block_delta","delta":{"text":"b"}}\n\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n'))
      .toEqual({ text: 'b', thought: 't', tool: '', error: 'busy' });
    expect(await read('gemini', 'data: {"candidates":[{"content":{"parts":[{"text":"t","thought":true},{"text":"c"},{"functionCall":{"name":"g","args":{"x":1}}}]}}]}'))
      .toEqual({ text: 'c', thought: 't', tool: 'g {"x":1}', error: '' });
  });
});

describe('typed tools', () => {
  it('are a list, or are told to be none', () => {
    expect(toolsOf('  ')).toEqual([]);
    expect(toolsOf('[{"name":"f"}]')).toHaveLength(1);
    expect(() => toolsOf('{')).toThrow(SyntaxError);
    expect(() => toolsOf('{}')).toThrow(RangeError);
  });
});

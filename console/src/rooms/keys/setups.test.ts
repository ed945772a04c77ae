import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelFor, quoted, setups } from './setups';

const doc = (name: string) => readFileSync(`${process.cwd()}/../docs/clients/${name}.md`, 'utf8');
const say = { shell: 'shell', file: (name: string) => name, then: 'then' };
const made = setups('http://127.0.0.1:8080', 'sk-...', 'MODEL', say);
const text = (id: string) => made.find((tab) => tab.id === id)?.blocks.map((block) => `${block.title}\n${block.code}`).join('\n') ?? '';

/** What the pages in docs/clients say must be what is pasted: they are tested against the clients. */
describe('set-ups of clients', () => {
  it.each([
    ['claude-code', 'claude-code', ['ANTHROPIC_BASE_URL=http://127.0.0.1:8080', 'ANTHROPIC_AUTH_TOKEN=sk-...', 'unset ANTHROPIC_API_KEY']],
    ['codex', 'codex-cli', ['~/.codex/config.toml', 'model_provider = "aiohub"', '[model_providers.aiohub]', 'base_url = "http://127.0.0.1:8080/v1"', 'env_key = "AIOHUB_KEY"', 'wire_api = "responses"', 'export AIOHUB_KEY=sk-...']],
    ['gemini-cli', 'gemini-cli', ['GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8080', 'GEMINI_API_KEY=sk-...', '~/.gemini/settings.json', '{ "security": { "auth": { "selectedType": "gemini-api-key" } } }']],
    ['openai', 'openai-sdk', ['OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="sk-...")', 'answer.choices[0].message.content', "new OpenAI({ baseURL: 'http://127.0.0.1:8080/v1', apiKey: 'sk-...' })", 'client.responses.create', 'answer.output_text']],
    ['anthropic', 'anthropic-sdk', ['Anthropic(base_url="http://127.0.0.1:8080", api_key="sk-...")', 'max_tokens=256', "new Anthropic({ baseURL: 'http://127.0.0.1:8080', apiKey: 'sk-...' })", 'answer.content[0].text']],
    ['curl', 'curl', ['/v1/chat/completions"', '-H "Authorization: Bearer ', "-H 'Content-Type: application/json'", '"stream":true,"messages":[{"role":"user","content":"Hello"}]']],
  ])('%s is as its page says', (id, page, facts) => {
    for (const fact of facts) {
      expect(doc(page), `docs/clients/${page}.md`).toContain(fact);
      expect(text(id), id).toContain(fact);
    }
  });

  it('keeps brackets and quotes from the shell', () => {
    expect(quoted('claude-opus-4-6[1m]')).toBe("'claude-opus-4-6[1m]'");
    expect(quoted("it's")).toBe("'it'\\''s'");
    expect(quoted('gpt-5.5')).toBe('gpt-5.5');
    expect(setups('http://h', 'k', "a'b", say).find((tab) => tab.id === 'curl')?.blocks[0]?.code).toContain("a'\\''b");
  });

  it('chooses a model that the client is at home with', () => {
    const models = ['a-model', 'claude-haiku-4-5', 'claude-sonnet-4-6', 'gpt-5.5'];
    expect(modelFor('claude-code', models, 'x')).toBe('claude-sonnet-4-6');
    expect(modelFor('openai', models, 'x')).toBe('gpt-5.5');
    expect(modelFor('gemini-cli', models, 'x')).toBe('a-model');
    expect(modelFor('codex', [], 'x')).toBe('x');
  });
});

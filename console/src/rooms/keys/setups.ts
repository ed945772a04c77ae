import type { CodeTab } from '@/kit/Code';

/**
 * What users of each client paste, with their address and key in it. The facts stand in `docs/clients/*.md`, which a test reads beside this.
 * @param base the hub's address without a version and without a slash at its end
 */
export function setups(base: string, key: string, model: string, say: { shell: string; file: (name: string) => string; then: string }): CodeTab[] {
  const v1 = `${base}/v1`;
  const text = JSON.stringify(model);
  return [
    {
      id: 'claude-code',
      title: 'Claude Code',
      blocks: [{ title: say.shell, code: `export ANTHROPIC_BASE_URL=${base}\nexport ANTHROPIC_AUTH_TOKEN=${key}\nunset ANTHROPIC_API_KEY\nclaude --model ${quoted(model)}` }],
    },
    {
      id: 'codex',
      title: 'Codex CLI',
      blocks: [
        {
          title: say.file('~/.codex/config.toml'),
          code: `model = ${text}\nmodel_provider = "aiohub"\n\n[model_providers.aiohub]\nname = "AIOHub"\nbase_url = "${v1}"\nenv_key = "AIOHUB_KEY"\nwire_api = "responses"`,
        },
        { title: say.then, code: `export AIOHUB_KEY=${key}\ncodex` },
      ],
    },
    {
      id: 'gemini-cli',
      title: 'Gemini CLI',
      blocks: [
        { title: say.file('~/.gemini/settings.json'), code: '{ "security": { "auth": { "selectedType": "gemini-api-key" } } }' },
        { title: say.then, code: `export GOOGLE_GEMINI_BASE_URL=${base}\nexport GEMINI_API_KEY=${key}\ngemini -m ${quoted(model)}` },
      ],
    },
    {
      id: 'openai',
      title: 'OpenAI SDK',
      blocks: [
        {
          title: 'Python',
          code: `from openai import OpenAI\n\nclient = OpenAI(base_url="${v1}", api_key="${key}")\nanswer = client.chat.completions.create(model=${text}, messages=[{"role": "user", "content": "Hello"}])\nprint(answer.choices[0].message.content)`,
        },
        {
          title: 'TypeScript',
          code: `import OpenAI from 'openai';\n\nconst client = new OpenAI({ baseURL: '${v1}', apiKey: '${key}' });\nconst answer = await client.responses.create({ model: ${text}, input: 'Hello' });\nconsole.log(answer.output_text);`,
        },
      ],
    },
    {
      id: 'anthropic',
      title: 'Anthropic SDK',
      blocks: [
        {
          title: 'Python',
          code: `from anthropic import Anthropic\n\nclient = Anthropic(base_url="${base}", api_key="${key}")\nanswer = client.messages.create(model=${text}, max_tokens=256, messages=[{"role": "user", "content": "Hello"}])\nprint(answer.content[0].text)`,
        },
        {
          title: 'TypeScript',
          code: `import Anthropic from '@anthropic-ai/sdk';\n\nconst client = new Anthropic({ baseURL: '${base}', apiKey: '${key}' });\nconst answer = await client.messages.create({ model: ${text}, max_tokens: 256, messages: [{ role: 'user', content: 'Hello' }] });\nconsole.log(answer.content[0].text);`,
        },
      ],
    },
    {
      id: 'curl',
      title: 'curl',
      blocks: [{
        title: say.shell,
        code: `curl -N "${v1}/chat/completions" -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] }))}`,
      }],
    },
  ];
}

/** A word for a POSIX shell: brackets and such are no patterns then. */
export function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const claude = [/claude-sonnet/, /claude/];
const families: Record<string, RegExp[]> = { 'claude-code': claude, anthropic: claude, codex: [/codex/, /^gpt/], openai: [/^gpt/], 'gemini-cli': [/gemini.*flash/, /gemini/], curl: [/^sandbox\/echo$/] };

/** A model that this client's users would choose first, of those that the key reaches; else any. */
export function modelFor(client: string, models: readonly string[], otherwise: string): string {
  for (const family of families[client] ?? []) {
    const found = models.find((model) => family.test(model));
    if (found !== undefined) {
      return found;
    }
  }

  return models[0] ?? otherwise;
}

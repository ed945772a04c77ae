export const setup = {
  lead: 'Ready to paste: address and key are in it.', check: 'Check now', checking: 'Asking the hub…', ok: 'It works: {{count}} models, answered in {{time}}.', ok_none: 'The key works, but its groups serve no model at the moment.', bad: 'The hub refused: {{reason}}',
  check_title: 'Does it answer?', check_text: 'Asks {{address}} for its models with this very key, as your client would.', shell: 'In a shell', file: 'In {{file}}', then: 'Then', hide: 'Models', secret_note: 'The key stands in these lines: keep them out of shared files.', model: 'Model',
  model_hint: 'The lines below use it.', clients: 'Clients',
};

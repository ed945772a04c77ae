import type { Words } from '../en';

export const setup: Words['setup'] = {
  lead: '可直接粘贴：已填入地址和密钥。', check: '立即检查', checking: '正在询问…', ok: '可用：{{count}} 个模型，响应用时 {{time}}。', ok_none: '密钥可用，但其分组目前没有提供任何模型。', bad: '被拒绝：{{reason}}',
  check_title: '能连通吗？', check_text: '用这个密钥向 {{address}} 查询模型，与您的客户端完全一样。', shell: '在终端中', file: '写入 {{file}}', then: '然后', hide: '模型', secret_note: '以下内容含有密钥：请勿放入共享文件。', model: '模型',
  model_hint: '下面的内容会使用它。', clients: '客户端',
};

import type { Words } from '../en';

export const first: Words['first'] = {
  title: '入门', step_account: '您的账户', step_source: '模型', step_key: '密钥', step_call: '首次调用', account_done: '您已以 {{email}} 登录。', sandbox: '使用沙盒', sandbox_text: '内置，即时应答，不产生费用，足以了解一切如何运作。',
  channel: '添加渠道', channel_text: '供应商账户或其他主机。在服务所在机器的终端中执行：', later: '随时都可以添加；沙盒会保留。', source_title: '服务已经可以应答', source_lead: '在您添加供应商之前，由沙盒代替。',
  key_title: '您的第一个密钥', key_lead: '默认可使用所有启用的分组（auto），之后可以更改。', key_name: '第一个密钥', make_key: '创建密钥', call_title: '您的首次调用', call_lead: '用您的密钥向 {{model}} 发送“{{text}}”。', call_text: '来自 AIOHub 的问候', call: '发起调用',
  answer: '回答', way: '经过', group: '分组', model: '模型', took: '用时', cost: '费用', request: '请求', finish: '前往概览', well: '就这么简单。接下来，将客户端指向本站。', have_key: '您已有 {{count}} 个密钥。', use_new: '再创建一个以继续', choose: '第 {{at}} 步，共 {{of}} 步',
};

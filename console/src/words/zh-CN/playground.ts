import type { Words } from '../en';

export const playground: Words['playground'] = {
  title: '试用台', lead: '以您的某个密钥与模型对话：路由、限额和价格都与真实调用相同。', conversation: '对话', messages: '消息', settings: '调用设置', begin: '说点什么', begin_text: '回复会在这里逐字显示，下方给出路由、用量和费用。',
  no_key: '先要有一个密钥', no_key_text: '试用台以您的某个 API 密钥调用模型，而您目前没有可用的密钥。', you: '您', message: '消息', placeholder: '随便问点什么', keys_hint: 'Enter 发送，Shift + Enter 换行', send: '发送', stop: '停止', clear: '重新开始',
  key: '密钥', model: '模型', dialect: '协议', system: '系统提示词', temperature: '温度', max_tokens: '最大 token 数', usual: '默认', tools: '工具（JSON）', tools_hint: '一个列表：可按所选协议书写，也可写成普通函数：name、description、parameters。', tools_list: '请写成工具列表：[ … ]',
  tools_json: '不是有效的 JSON：{{why}}', no_model: '没有这个模型', no_models: '此密钥无法访问任何模型，请为它添加其他分组。', thoughts: '思考过程', tool_call: '工具调用', stopped: '已停止。此前生成的内容会计费。', no_text: '回复中没有文本。',
  story: '调用经过', request: '请求', stream: '原始流', events: '{{count}} 个事件', group: '分组', channel: '渠道', served: '模型', upstream: '上游名称', outcome: '结果', ended: '结束原因', request_id: '请求编号', losses: '转换中丢失',
  cost: '费用', multiplied: '分组 × {{factor}}', tokens: 'Token', in_out: '输入 {{in}}，输出 {{out}}', first: '首字时间', here: '从浏览器测得', whole: '完整回复', in_hub: '其中网关内 {{time}}', line_items: '计费明细', quantity: '数量', per_million: '每百万', attempts: '尝试',
  no_record: '尚未结算：稍后可在请求日志中查看。', in_log: '去查看',
};

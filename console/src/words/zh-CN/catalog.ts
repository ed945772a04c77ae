import type { Words } from '../en';

export const catalog: Words['catalog'] = {
  title: '模型', lead: '您的分组可以使用的模型。价格按每百万 token 计，已含全部倍率，取当前可用分组中最低者。', model: '模型', vendor: '厂商', window: '上下文', can: '能力', input: '输入', output: '输出', groups: '分组', group: '分组', find: '查找模型',
  capability: '能力', any_vendor: '所有厂商', any_capability: '不限能力', any_group: '所有分组', unavailable: '暂不可用', unavailable_text: '目前没有您可选的分组能提供此模型：可能没有定价，或分组未启用。', empty: '还没有模型', empty_text: '您可选的分组都没有带模型的渠道，请运营者添加渠道。',
  tools: '工具', images: '图片', documents: 'PDF 文档', audio: '音频', reasoning: '推理', json_schema: 'JSON 模式', prompt_caching: '提示缓存', server_tools: '服务端工具', streaming: '流式', long_context: '100 万上下文', copy_id: '复制名称', try: '试用', facts: '资料', kind: '类型', kind_chat: '对话', kind_embedding: '向量',
  kind_image: '图像', kind_speech: '语音合成', kind_transcription: '转写', kind_moderation: '审核', kind_rerank: '重排', kind_video: '视频', unknown: '未知', tokens: '{{count}} token', variant: '[1m] 变体', most_output: '最长回复', released: '发布日期', weights: '权重', open: '开放', closed: '不开放', aliases: '别名', source: '资料来源',
  compare: '分组对比', compare_lead: '每百万 token 的美元价格，已含对您生效的所有倍率。对您的调用最便宜的排在最前。', calculator: '估算调用费用', calc_input: '新输入 token', calc_cache_read: '缓存输入 token', calc_output: '输出 token', calc_calls: '调用次数', no_group: '没有分组提供', times: '标价 × {{factor}}',
  not_here: '此处不支持：', cheapest: '最便宜', status_active: '启用', status_paused: '已暂停', status_expired: '已到期', no_price: '无定价', cache_read: '缓存读取', cache_write: '缓存写入', sometimes: '部分渠道还支持：', own_price: '此分组有自己的定价', tier: '超过 {{above}} token：输入 {{input}}，输出 {{output}}', next: '{{day}} 起价格变更',
  narrow: '此处最多 {{count}} token', quota: '使用独立额度，用完后需充值', ends: '{{day}} 结束', this_call: '此次调用', all_calls: '{{count}} 次调用', each: '每次 {{usd}}',
};

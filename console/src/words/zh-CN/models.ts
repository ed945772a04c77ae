import type { Words } from '../en';

export const models: Words['models'] = {
  title: '模型目录', lead: '中枢所知的全部模型，无论是否提供：内置的、修改过的和新增的。', origin: '来源', any_origin: '任意来源', origin_builtin: '内置', origin_changed: '已修改', origin_changed_count: '已修改：{{count}}', origin_own: '在此新增', origin_removed: '已移除', any_kind: '任意类型',
  empty: '没有模型', bring_back: '恢复', brought_back: '{{name}} 已恢复', manage: '模型目录', change: '修改', facts: '资料', new_title: '新增模型', new_lead: '目录中没有的模型。留空表示未知。价格随后设置。', create: '新增模型', made: '{{name}} 已加入目录',
  id: '调用名称', id_hint: '调用中的写法，不带 [1m]。不可更改。', names: '名称', display_name: '标题', display_hint: '供人阅读。', vendor: '厂商', vendor_hint: '由谁制作。', kind: '类型', kind_hint: '用于哪类调用。', aliases: '别名', aliases_hint: '调用中同样指向此模型的名称。',
  sizes: '大小', sizes_lead: '单位为 token。留空表示未知，不会因此拒绝调用。', sizes_lead_builtin: '单位为 token。清空后恢复为目录内容。', context_window: '上下文窗口', window_hint: '无需额外请求。', long_context_window: '[1m] 的窗口', long_hint: '仅当更大窗口需要另行请求时。', max_output_tokens: '最长回复', output_hint: '单次回复的上限。', unknown: '未知', none: '无', nobody_said: '没有说明',
  capabilities: '能力', can_lead: '工具、图片、PDF、音频和推理中未勾选的会被拒绝，除非渠道或探测另有说明。其余仅供参考。', can_nothing: '没有勾选任何一项：没有说明，因此不会拒绝。', parallel_tools: '并行工具', stateful: '保存的回复', more: '更多', released_on: '发布日期', released_hint: '如果知道日期。', open_weights: '开放权重', open_hint: '任何人都可以运行。',
  catalogue_says: '目录中为：{{value}}', back: '恢复', differs: '与内置目录不同：', all_back: '全部恢复为目录内容', back_title: '恢复为目录内容？', back_text: '将恢复：{{names}}。此后该模型跟随每个版本自带的目录。', back_act: '恢复', is_back: '已与目录一致',
  same: '没有修改', source: '资料来自 {{host}}，{{day}}', as_callers: '调用方所见', no_such: '它不在目录中', no_such_text: '渠道仍可能提供它，但无人知道它的大小、能力和价格。', add_it: '加入目录',
  faster: '其他人刚刚保存了修改', faster_text: '您输入的内容没有丢失。对方修改了：', yours: '您的：{{value}}', keep_mine: '保留我的修改并继续', take_theirs: '采用对方的，放弃我的', no_price: '它没有价格', no_price_text: '在定价之前调用会被拒绝，除非分组有自己的价格。', set_price: '设置价格', price_now: '每百万 token：输入 {{input}}，输出 {{output}}', prices: '价格',
  remove_title: '移除 {{name}}？', remove_own: '它将离开目录，资料不再保留。历史调用的费用不变。', remove_builtin: '它将离开目录。可在“已移除”中按原样恢复。历史调用的费用不变。', removed: '{{name}} 已移除', lost: '谁会失去它', lost_nothing: '没有任何地方引用它，也没有分组提供它。',
  lost_served: '目前由以下分组提供：{{names}}', lost_channels: '列出它的渠道：{{names}}。调用仍会到达，但没有资料和价格', lost_groups: '列出它的分组：{{names}}', lost_keys: '列出它的密钥：{{count}} 个：{{names}}', lost_alone: '除此之外什么都不能调用的密钥：{{names}}', lost_prices: '为它设置、将停用的价格：{{count}} 行', lost_group_prices: '有专属价格（将保留）的分组：{{names}}', lost_auto: '针对它的 auto 规则：{{count}} 条',
};

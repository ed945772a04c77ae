import type { Words } from '../en';

export const prices: Words['prices'] = {
  title: '价格', lead: '按每百万 token 计，未含分组、用户和密钥的倍率。', sync: '从文档同步', model: '模型', vendor: '厂商', input: '输入', output: '输出', cache_read: '缓存读取', cache_write_5m: '缓存写入（5 分钟）',
  cache_write_1h: '缓存写入（1 小时）', per_request: '每次调用', origin: '价格', own: '自行设定', builtin: '内置', any_origin: '所有来源', none: '无', changes: '{{day}} 变更', own_groups: '单独定价的分组', find: '查找模型', missing_filter: '缺价', any_state: '不限定价', only_missing: '缺少价格', only_priced: '已定价',
  empty: '没有模型', missing_title: '缺少价格的模型：{{count}}', missing_text: '对它们的调用会被拒绝，绝不会免费提供。请设定价格，或从渠道中移除。', refused: '已拒绝 {{count}} 次调用 · {{groups}}', show_missing: '全部显示', history: '历史', change: '变更', no_rows: '还没有价格', no_rows_text: '设定价格之前，调用会被拒绝。',
  state_in_force: '生效中', state_coming: '即将生效', state_past: '已过去', state_retired: '已停用', came: '随系统内置', by_sync: '同步 {{id}}，来自 {{source}}', by_hand: '手动设定', retired_on: '{{who}} 于 {{when}} 停用', whose: '谁的价格', whose_model: '模型自身', whose_group: '仅分组 {{group}}', add_row: '设定新价格',
  add_row_hint: '价格行从不修改：新行生效后，旧行即成为历史。', from: '起始（UTC）', from_hint: '留空：应用后立即生效', to: '截止（UTC）', to_hint: '留空：长期有效', more: '更多（JSON）', more_hint: '阶梯、音频、图像、工具、时段等，写法同配置文件。', no_json: '不是 JSON 对象：{{why}}',
  retire: '停用', in_out: '输入 {{in}}，输出 {{out}}', preview: '查看变化', preview_title: '将会发生的变化', stale: '预览之后有人修改了价格，未做任何更改。', look_again: '重新查看', slip: '这看起来像是笔误', insist: '确认无误，仍然应用', apply: '应用', applied: '{{model}} 的价格已更改',
  nothing_moves: '没有变化：任何调用的费用都不会改变。', at_once: '应用后立即', from_day: '自 {{day}} 起', list_price: '模型自身价格', group_price: '分组价格', groups_move: '影响 {{count}} 个分组：', amount: '项目', old: '现在', new: '之后', sync_title: '同步价格', sync_lead: '将目录与价格文档比较，查看差异后再应用。历史价格不变，同步可以撤销。',
  document: '文档', source: '来源', other_address: '其他地址', paste: '粘贴到此处', address: '地址', address_hint: 'models.dev 的 api.json、LiteLLM 的价格表，或 AIOHub、new-api 的 /api/pricing。', pasted: '文档（JSON，最大 1 MiB）', only: '仅这些模型', only_hint: '用逗号分隔的通配模式。留空：全部。', known_only: '仅目录中已有的模型',
  near: '地址可以位于内网', compare: '比较', step_fetching: '正在获取', step_reading: '正在读取', step_comparing: '正在比较', progress: '进度', difference: '差异', difference_lead: '变更 {{changed}}，新增 {{new}}，拒绝 {{refused}}，未提及 {{gone}}，未变 {{unchanged}}', apply_count: '应用 {{count}} 项', faults: '文档有误，无法应用任何内容',
  force: '同时应用 {{count}} 项存疑变更', force_hint: '十倍跳变、离谱金额、变为免费、更换货币。', no_difference: '没有差异', no_difference_text: '文档与目录一致。', new_model: '新模型', verdict_changed: '变更', verdict_new: '新价格', verdict_refused: '拒绝', verdict_gone: '未提及', verdict_unchanged: '未变',
  apply_title: '应用 {{count}} 项变更？', apply_text: '新价格立即生效，或在文档指明的日期生效。只要之后无人更改这些价格，同步即可撤销。', sync_done: '已更改 {{count}} 个价格', syncs: '以往的同步', no_syncs: '还没有。', sync_line: '同步 {{id}}：{{count}} 个模型', undo: '撤销', undone: '同步 {{id}} 已撤销',
  undone_by: '由 {{who}} 撤销', is_undone: '已撤销', undo_title: '撤销同步 {{id}}？', undo_text: '被替换的价格将恢复使用。其价格行仍保留记录：有调用据此计费。',
};

import type { Words } from '../en';

export const keys: Words['keys'] = {
  title: 'API 密钥', lead: '密钥带有按顺序排列的分组：由第一个能处理调用的分组处理，不能时由后面的接替。', create: '创建密钥', name: '名称', groups: '分组', models: '模型', limits: '限额', created: '创建时间',
  expires: '到期', state: '状态', active: '启用', paused: '已暂停', expired: '已到期', ends_in: '尾号 {{four}}', all_models: '全部', filter: '按名称查找', any_state: '任意状态', only_active: '启用', only_paused: '已暂停',
  empty: '还没有密钥', empty_text: '有了密钥，任何 OpenAI、Anthropic 或 Google 格式的客户端都能接入。', revoke_title: '吊销“{{name}}”？',
  revoke_text: '此密钥的调用将立即被拒绝，且无法恢复；暂停的密钥则可以重新启用。', revoked: '“{{name}}”已吊销', pause: '暂停', resume: '启用', paused_done: '“{{name}}”已暂停', resumed_done: '“{{name}}”已启用',
  new_title: '创建密钥', new_lead: '起一个便于识别的名称，并选择为它服务的分组。以后都可以修改，但密钥本身只显示一次。', name_hint: '例如使用它的机器或工具。',
  groups_hint: '自上而下依次尝试。拖动排序，或使用箭头。', add_group: '添加分组', no_groups: '请至少选择一个分组。', failover: '一个分组失败时转到下一个', failover_hint: '关闭后，只尝试第一个能处理调用的分组。',
  models_hint: '名称或模式，如 claude-*，每行一个。留空表示分组提供的全部模型。', advanced: '限额与到期', per_day: '每日美元', per_month: '每月美元', total: '总计美元', rpm: '每分钟调用', tpm: '每分钟 Token',
  concurrency: '并发调用', no_limit: '不限', expiry: '到期日', not_past: '请选择今天或之后的日期。', edit_title: '编辑“{{name}}”', first: '首选', then: '其次', price: '× {{factor}}', group_paused: '已暂停', group_expired: '已过期', remove_group: '移除 {{group}}',
  move_up: '上移 {{group}}', move_down: '下移 {{group}}', drag: '拖动 {{group}}', picked: '已拿起 {{group}}，位于第 {{at}} 位，共 {{of}} 位。', moved: '{{group}} 位于第 {{at}} 位，共 {{of}} 位。', dropped: '{{group}} 放在第 {{at}} 位。', drag_off: '已取消移动 {{group}}。',
  drag_help: '按空格键拿起，用方向键移动，再按空格键放下，按 Esc 取消。', groups_failed: '无法读取分组', all_chosen: '所有分组都已在列表中。',
  done_title: '“{{name}}”已就绪', once_title: '请立即复制密钥', once_text: '仅显示这一次：系统只保留其指纹。丢失的密钥只能更换，无法找回。', secret: '您的新密钥', kept: '我已保存', leave_title: '不带走密钥就离开？',
  leave_text: '密钥尚未复制，之后不会再显示。', leave: '仍然离开', set_up: '设置客户端', no_limits: '无', day_limit: '每日 {{usd}}', month_limit: '每月 {{usd}}', total_limit: '总计 {{usd}}', rpm_limit: '{{count}} 次/分',
};

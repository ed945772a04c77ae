import type { Words } from '../en';

export const health: Words['health'] = {
  title: '健康状况', lead: '哪些在服务，哪些在休息以及原因。需要处理的排在最前。', as_of: '截至 {{when}}', healthy: '健康', degraded: '部分可用', cooling: '冷却中', broken: '故障', disabled: '已停用',
  channels_well: '健康的渠道', groups_serving: '可用的分组', of_active: '占启用中的分组', attempts: '尝试次数', since: '自 {{when}} 起', failing: '失败率', failed_attempts: '{{count}} 次尝试失败',
  disabled_more: '另有 {{count}} 个已停用', groups: '分组', channels: '渠道', no_groups: '没有启用的分组', no_members: '没有渠道为它服务', changes: '变化', changes_lead: '每次休息与恢复，最新的在前。', no_changes: '近期没有渠道休息。',
  calls: '{{count}} 次调用', errors: '{{share}} 失败', tries: '{{count}} 次尝试', quiet: '没有尝试', no_credentials: '无需凭据', all_well: '凭据 {{count}} 个，一切正常', in_no_group: '不属于任何分组，不为任何人服务',
  all_models: '所有模型：', until: '休息至 {{when}}', waits: '由下一次调用验证',
  phases: { closed: '已恢复', resting: '休息', half_open: '等待验证', probing: '正在验证' },
  failures: {
    none: '无', unreachable: '无法连接', timeout: '超时未应答', upstream_error: '上游错误', overloaded: '过载', rate_limited: '触发限流', quota_exhausted: '配额用尽', unauthorized: '密钥被拒绝',
    forbidden: '没有权限', model_unknown: '未知模型', object_missing: '对象不存在', caller_fault: '调用方错误', abandoned: '调用方离开', misconfigured: '配置有误', blocked: '途中被拦截',
  },
};

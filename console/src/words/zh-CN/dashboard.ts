import type { Words } from '../en';

export const dashboard: Words['dashboard'] = {
  title: '仪表盘', lead: '所有人的调用情况，并与之前的时段对照。', h24: '24 小时', calls: '调用', charge: '收费', cost: '成本', margin: '毛利', error_rate: '错误', latency: 'p95 延迟', p50: 'p50 {{time}}', hits: '缓存命中',
  behind: '还有 {{calls}} 次较早的调用正在汇总，数字中尚未包含。', quiet_text: '一旦有密钥发起调用，流量、费用和用时就会出现在这里。', when: '时间', traffic: '流量', answered: '已应答', errors: '错误', money: '收费与成本', times: '延迟', first: '首字节', first_p50: '首字节中位数',
  top: { model: '模型排行', user: '用户排行', channel: '渠道排行' }, calls_of: '{{calls}} 次调用', nothing_served: '未被服务', gone: '用户 {{id}}',
  flow: '从分组到渠道', flow_lead: '按实际发起处计算的尝试。红色：超过二十分之一的尝试对其渠道不利。', group: '分组', channel: '渠道', attempts: '尝试', failing: '失败率',
};

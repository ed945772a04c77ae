import type { Words } from '../en';

export const overview: Words['overview'] = {
  title: '概览', lead: '最近 {{days}} 天的密钥使用情况。', balance: '余额', spend: '花费', calls: '调用', tokens: 'Token', hits: '缓存命中', latency: '延迟中位数',
  errors: '{{share}} 失败', in_out: '输入 {{in}}，输出 {{out}}', p95: 'p95 {{time}}', of_input: '占输入 token', spend_chart: '每日花费', token_chart: '每日 Token', table: '以表格显示',
  day: '日期', quiet: '这段时间没有调用', quiet_text: '创建密钥，将客户端指向本站，调用就会出现在这里。', first: '开始入门', read: '缓存', input: '输入', output: '输出', period: '时间范围',
  d7: '7 天', d30: '30 天', d90: '90 天', left: '美元，预付',
};

import type { Words } from '../en';

export const wallet: Words['wallet'] = {
  title: '钱包', lead: '您的调用从这里支付。', balance: '余额', balance_text: '美元,预付。每次调用按实际费用扣除,精确到纳美元。', spent_text: '余额已用完:充值之前,调用会被拒绝。',
  entries: '资金变动', with_charges: '包含调用费用', empty: '还没有变动', empty_text: '兑换的兑换码和管理员的充值会显示在这里。',
  at: '时间', kind: '类型', reason: '原因', actor: '操作者', amount: '金额', kind_top_up: '充值', kind_charge: '调用', kind_refund: '退款', kind_adjustment: '调整', kind_redemption: '兑换码', kind_transfer: '转账',
  redeem: '使用兑换码', redeem_text: '每个兑换码只能使用一次。大小写、连字符和空格都不影响。', code: '兑换码', redeem_act: '兑换', redeemed: '{{amount}} 已存入您的钱包。余额:{{balance}}',
  statements: '账单', statements_text: '按月的明细表,从期初余额到期末余额,供电子表格和记账使用。日期和月份按 UTC 计算。', month: '月份', download: '下载 CSV',
};

import type { Words } from '../en';

export const codes: Words['codes'] = {
  title: '兑换码', lead: '可赠送的余额:谁使用兑换码,谁的钱包就到账。', create: '生成兑换码', empty: '还没有兑换码', empty_text: '生成一批,分发出去,查看谁使用了哪个。', find: '按标签查找',
  code: '兑换码', amount: '面值', state: '状态', open: '未使用', redeemed: '已使用', revoked: '已撤销', expired: '已过期', tag: '标签', batch: '批次', redeemed_by: '使用者', ends: '到期', created: '生成时间',
  count: '数量', each: '每个面值(美元)', reason_hint: '兑换时会记入账本。', made: '兑换码已生成', made_text: '请立即保存:系统不保留原文,之后无人能再次查看。',
  revoke_batch: '撤销整批', whole_batch: '整个批次', revoke_title: '撤销{{name}}?', revoke_text: '尚未使用的将不再有效;已使用的仍保留在钱包中。', revoked_done: '已撤销 {{count}} 个',
};

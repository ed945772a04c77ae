import type { Words } from '../en';

export const users: Words['users'] = {
  title: '用户', lead: '谁可以登录和调用,有多少余额,受哪些限制。', add: '添加用户', add_text: '您不必为其设置密码:在用户页面生成一个链接,由本人设置。', email: '邮箱', name: '姓名', role: '角色', state: '状态', tags: '标签',
  tags_hint: '用逗号分隔。标签可开放受限的分组。', multiplier: '价格倍率', multiplier_hint: '作用于其所有密钥的全部价格。', created: '添加时间', find: '按邮箱查找', any_role: '全部角色', enabled: '已启用', disabled: '已停用', locked: '已锁定',
  empty: '还没有用户', empty_text: '邀请他人,或直接添加。',
  invitations: '邀请', invitations_text: '凭链接注册,每个链接只能使用一次。', invite: '邀请用户', invite_hint: '只有此邮箱可以使用链接。留空:持有链接者均可使用。', invite_act: '生成链接', no_invitations: '没有待使用的邀请。',
  invited: '邀请已生成', invited_text: '请把此链接发给被邀请人。只能使用一次,有效期至 {{when}},仅显示这一次。', anybody: '持有链接者', good_until: '有效期至 {{date}}', uninvite: '撤销给 {{name}} 的邀请?',
  uninvite_text: '此链接将不再有效。', uninvited: '邀请已撤销',
  wallet: '钱包', pay: '资金操作', no_entries: '还没有变动。', top_up: '充值', adjust: '调整', top_up_text: '存入资金。会永久记入账本。', adjust_text: '更正余额:可增可减。', amount: '金额(美元)',
  reason_hint: '会记入账本,钱包的主人可以看到。', paid: '已完成。余额:{{balance}}',
  rights: '权限与限制', rights_text: '限制对该用户的所有密钥合并生效。', may_in: '允许登录和调用', may_in_hint: '关闭后,会话、令牌和 API 密钥立即失效;不会删除任何内容。',
  keys_text: '您可以停用或吊销。密钥内容只属于其主人。', no_keys: '没有密钥。',
  way_in: '登录方式', in_both: '密码和身份验证器。', in_password: '密码。', in_none: '尚未设置密码:请为其生成链接。', link: '生成登录链接', link_ask: '持有链接者可以 {{email}} 的身份登录一次并设置密码。之前的链接将失效。',
  link_made: '链接已生成', link_text: '请通过可信的方式交给本人。只能使用一次,有效期至 {{when}},仅显示这一次。', out: '退出所有登录', out_ask: '{{email}} 的所有会话将结束。API 密钥不受影响。', out_done: '所有会话已结束',
  totp: '关闭验证码', totp_ask: '用于丢失身份验证器和恢复码的用户。之后 {{email}} 只凭密码登录;其会话将结束。', totp_done: '验证码已关闭',
};

import type { Words } from '../en';

export const settings: Words['settings'] = {
  title: '设置', profile: '个人资料', security: '登录方式', sessions: '会话', tokens: '访问令牌', profile_lead: '您在这里的显示方式，以及控制台的外观。', name: '名称', email: '电子邮箱', role: '角色', role_user: '用户', role_operator: '管理员', role_owner: '所有者',
  email_hint: '可由管理员更改。', password: '密码', password_lead: '其他会话会保留；如怀疑密码泄露，请在“会话”中结束它们。', current: '当前密码', fresh: '新密码', change_password: '更改密码', password_done: '密码已更改',
  totp: '验证器应用', totp_on: '已启用：登录时需要六位数字。', totp_off: '未启用。启用后，仅凭被盗的密码无法登录。', totp_begin: '设置', totp_scan: '用验证器应用扫描', totp_manual: '或手动输入此密钥', totp_code: '应用显示的六位数字',
  totp_confirm: '启用', totp_drop: '停用', totp_drop_text: '停用后，仅凭密码即可登录。', totp_done: '验证器应用已启用', totp_dropped: '验证器应用已停用', codes_title: '您的恢复代码',
  codes_text: '每个代码可代替六位数字使用一次。请保存在没有手机时也能找到的地方。', qr: '密钥的二维码', passkeys: '通行密钥', passkeys_lead: '用指纹、面容或安全密钥登录。无需记忆，也不会被盗。',
  passkey_add: '添加通行密钥', passkey_name: '通行密钥名称', passkey_default: '此设备', passkey_none: '还没有通行密钥', passkey_added: '通行密钥已添加', passkey_drop: '移除“{{name}}”？', passkey_drop_text: '它将不能再用于登录。请同时从设备中删除。', passkey_unable: '此浏览器或地址无法使用通行密钥；需要 https 或 localhost。',
  added: '{{when}}添加', sessions_lead: '您登录的位置。结束不认识的会话，然后更改密码。', this_one: '当前', end: '结束', end_others: '结束其他全部会话', ended: '会话已结束', others_ended: '其他会话已全部结束', seen: '{{when}}活动', unknown_device: '未知设备', end_others_text: '其他所有浏览器都需要重新登录。',
  tokens_lead: '供脚本以您的名义使用管理 API。调用模型请使用 API 密钥，而不是这些令牌。', token_new: '创建令牌', token_name: '名称', token_scopes: '权限', token_none: '还没有令牌', token_made: '您的新令牌', token_drop: '吊销“{{name}}”？', token_drop_text: '使用它的脚本将立即被拒绝。', token_dropped: '“{{name}}”已吊销',
  used: '{{when}}使用', never_used: '从未使用', scope_me_read: '读取您自己的内容', scope_me_write: '更改您自己的内容', scope_admin_read: '以管理员身份读取', scope_admin_write: '以管理员身份更改', scope_money: '资金操作', scopes_need: '请至少选择一项。', ends_on: '{{date}}到期', look: '外观', language: '语言',
};

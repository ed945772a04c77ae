import type { Words } from '../en';

export const session: Words['session'] = {
  title: '登录', lead: '查看您的密钥、调用与费用。', email: '电子邮箱', password: '密码', enter: '登录', passkey: '使用通行密钥登录', with: '使用 {{provider}} 继续', or: '或',
  no_account: '还没有账户？', sign_up: '创建账户', has_account: '已有账户？', failed: '邮箱与密码不匹配。',
  factor_title: '还差一步', factor_lead: '输入验证器应用中的六位数字，或一个恢复代码。', code: '代码', factor_enter: '确认', other: '使用其他账户',
  forgot: '忘记了？管理员可以为您生成一次性链接。', passkey_failed: '通行密钥未被接受，或浏览器的询问已被关闭。',
  sign_up_title: '创建账户', sign_up_lead: '一个地址，一个密钥，通达所有模型。', invitation: '邀请码', invitation_hint: '本站仅接受受邀用户。',
  name: '名称', sign_up_enter: '创建账户', closed_title: '注册已关闭', closed_text: '请向管理员申请账户。',
  password_hint: '至少 12 个字符。几个只有您才会联想到一起的词语最易记。', short: '至少 12 个字符', repeat: '再次输入密码', differ: '两次输入不一致。', need: '请填写此项。',
  link_title: '请稍候', link_lead: '正在验证您的链接。', link_bad: '此链接已失效', link_bad_text: '链接只能使用一次，并且有时限。请向管理员索取新的链接。',
  set_up_title: '欢迎使用', set_up_lead: '请设置今后的登录方式。此链接已完成使命，不能再次使用。', set_up_enter: '完成设置', signed_out: '您已退出登录。',
  aside_title: '一个地址，一个密钥，所有模型。', aside_1: '每次调用走哪条路，都有据可查。', aside_2: '精确计量，只收一次费。', aside_3: '属于您：运行在您的机器上，遵循您的规则。',
};

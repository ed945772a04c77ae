import type { Words } from './en';

const words: Words = {
  app: { name: 'AIOHub', skip: '跳到正文' },
  nav: {
    label: '主导航', overview: '概览', keys: 'API 密钥', settings: '设置', operate: '运营', open: '打开导航', close: '关闭导航',
    search: '前往…', palette: '搜索页面与操作', none: '没有匹配的项目', account: '{{name}} 的账户', sign_out: '退出登录', language: '语言', scheme: '外观',
    light: '浅色', dark: '深色', auto: '跟随系统', go: '页面', acts: '操作', new_key: '创建 API 密钥', first_run: '入门',
  },
  acts: {
    save: '保存', cancel: '取消', close: '关闭', back: '返回', retry: '重试', copy: '复制', copied: '已复制', remove: '移除', revoke: '吊销', edit: '编辑', create: '创建',
    more: '显示更多', next: '继续', done: '完成', skip: '跳过', clear: '清除筛选', columns: '列', order: '排序', optional: '可选', actions: '{{name}} 的操作', saved: '已保存',
  },
  states: {
    loading: '正在加载', none: '这里还没有内容', no_match: '没有匹配项', no_match_text: '放宽或清除筛选条件以查看更多。', end: '共 {{count}} 项',
    loaded: '已显示 {{count}} 项', yes: '是', no: '否', never: '永不', on: '开', off: '关',
  },
  trouble: {
    title: '操作未成功', unreachable: '无法连接到服务。请检查网络后重试。', request: '请求 {{id}}', broken: '此页面出错了',
    broken_text: '这是控制台的故障，与您无关，没有任何内容被更改。重新加载通常即可恢复。', reload: '重新加载', lost: '没有这个页面',
    lost_text: '地址可能有误，或其内容已不存在。', home: '前往概览', changed: '内容已被他人更改',
    changed_text: '在您打开之后，有人保存了更改。请查看当前内容；离开之前，您输入的内容会保留。', load_present: '载入当前内容',
    wait: '尝试次数过多，请在 {{seconds}} 秒后重试。', not_json: '您与服务之间有其他程序代为应答。请检查地址和代理。', not_allowed: '您的角色没有此权限。',
  },
  session: {
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
  },
  overview: {
    title: '概览', lead: '最近 {{days}} 天的密钥使用情况。', balance: '余额', spend: '花费', calls: '调用', tokens: 'Token', hits: '缓存命中', latency: '延迟中位数',
    errors: '{{share}} 失败', in_out: '输入 {{in}}，输出 {{out}}', p95: 'p95 {{time}}', of_input: '占输入 token', spend_chart: '每日花费', token_chart: '每日 Token', table: '以表格显示',
    day: '日期', quiet: '这段时间没有调用', quiet_text: '创建密钥，将客户端指向本站，调用就会出现在这里。', first: '开始入门', read: '缓存', input: '输入', output: '输出', period: '时间范围',
    d7: '7 天', d30: '30 天', d90: '90 天', left: '美元，预付',
  },
  keys: {
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
  },
  setup: {
    lead: '可直接粘贴：已填入地址和密钥。', check: '立即检查', checking: '正在询问…', ok: '可用：{{count}} 个模型，响应用时 {{time}}。', ok_none: '密钥可用，但其分组目前没有提供任何模型。', bad: '被拒绝：{{reason}}',
    check_title: '能连通吗？', check_text: '用这个密钥向 {{address}} 查询模型，与您的客户端完全一样。', shell: '在终端中', file: '写入 {{file}}', then: '然后', hide: '模型', secret_note: '以下内容含有密钥：请勿放入共享文件。', model: '模型',
    model_hint: '下面的内容会使用它。', clients: '客户端',
  },
  first: {
    title: '入门', step_account: '您的账户', step_source: '模型', step_key: '密钥', step_call: '首次调用', account_done: '您已以 {{email}} 登录。', sandbox: '使用沙盒', sandbox_text: '内置，即时应答，不产生费用，足以了解一切如何运作。',
    channel: '添加渠道', channel_text: '供应商账户或其他主机。在服务所在机器的终端中执行：', later: '随时都可以添加；沙盒会保留。', source_title: '服务已经可以应答', source_lead: '在您添加供应商之前，由沙盒代替。',
    key_title: '您的第一个密钥', key_lead: '默认可使用所有启用的分组（auto），之后可以更改。', key_name: '第一个密钥', make_key: '创建密钥', call_title: '您的首次调用', call_lead: '用您的密钥向 {{model}} 发送“{{text}}”。', call_text: '来自 AIOHub 的问候', call: '发起调用',
    answer: '回答', way: '经过', group: '分组', model: '模型', took: '用时', cost: '费用', request: '请求', finish: '前往概览', well: '就这么简单。接下来，将客户端指向本站。', have_key: '您已有 {{count}} 个密钥。', use_new: '再创建一个以继续', choose: '第 {{at}} 步，共 {{of}} 步',
  },
  settings: {
    title: '设置', profile: '个人资料', security: '登录方式', sessions: '会话', tokens: '访问令牌', profile_lead: '您在这里的显示方式，以及控制台的外观。', name: '名称', email: '电子邮箱', role: '角色', role_user: '用户', role_operator: '管理员', role_owner: '所有者',
    email_hint: '可由管理员更改。', password: '密码', password_lead: '其他会话会保留；如怀疑密码泄露，请在“会话”中结束它们。', current: '当前密码', fresh: '新密码', change_password: '更改密码', password_done: '密码已更改',
    totp: '验证器应用', totp_on: '已启用：登录时需要六位数字。', totp_off: '未启用。启用后，仅凭被盗的密码无法登录。', totp_begin: '设置', totp_scan: '用验证器应用扫描', totp_manual: '或手动输入此密钥', totp_code: '应用显示的六位数字',
    totp_confirm: '启用', totp_drop: '停用', totp_drop_text: '停用后，仅凭密码即可登录。', totp_done: '验证器应用已启用', totp_dropped: '验证器应用已停用', codes_title: '您的恢复代码',
    codes_text: '每个代码可代替六位数字使用一次。请保存在没有手机时也能找到的地方。', qr: '密钥的二维码', passkeys: '通行密钥', passkeys_lead: '用指纹、面容或安全密钥登录。无需记忆，也不会被盗。',
    passkey_add: '添加通行密钥', passkey_name: '通行密钥名称', passkey_default: '此设备', passkey_none: '还没有通行密钥', passkey_added: '通行密钥已添加', passkey_drop: '移除“{{name}}”？', passkey_drop_text: '它将不能再用于登录。请同时从设备中删除。', passkey_unable: '此浏览器或地址无法使用通行密钥；需要 https 或 localhost。',
    added: '{{when}}添加', sessions_lead: '您登录的位置。结束不认识的会话，然后更改密码。', this_one: '当前', end: '结束', end_others: '结束其他全部会话', ended: '会话已结束', others_ended: '其他会话已全部结束', seen: '{{when}}活动', unknown_device: '未知设备', end_others_text: '其他所有浏览器都需要重新登录。',
    tokens_lead: '供脚本以您的名义使用管理 API。调用模型请使用 API 密钥，而不是这些令牌。', token_new: '创建令牌', token_name: '名称', token_scopes: '权限', token_none: '还没有令牌', token_made: '您的新令牌', token_drop: '吊销“{{name}}”？', token_drop_text: '使用它的脚本将立即被拒绝。', token_dropped: '“{{name}}”已吊销',
    used: '{{when}}使用', never_used: '从未使用', scope_me_read: '读取您自己的内容', scope_me_write: '更改您自己的内容', scope_admin_read: '以管理员身份读取', scope_admin_write: '以管理员身份更改', scope_money: '资金操作', scopes_need: '请至少选择一项。', ends_on: '{{date}}到期', look: '外观', language: '语言',
  },
};

export default words;

import type { Words } from '../en';

export const configuration: Words['configuration'] = {
  title: '配置文件', lead: '以一个文件表示渠道、分组、模型、用户、密钥和路由：导出、修改、再应用。', import: '从 new-api 导入',
  export_title: '导出', export_lead: '完整配置，YAML 格式。', export_text: '不含任何密钥：每个密钥以变量表示，例如 ${KIRO_A}。余额和日志不在其中。', download: '下载 YAML',
  apply_title: '应用文件', apply_lead: '任何更改之前都会先显示差异。要么全部应用，要么全不应用；文件未提及的内容保持不变。', paste_or: '粘贴到此处，或打开文件。', open_file: '打开文件', text: '配置文件（YAML 或 JSON）',
  variables: '变量', variables_hint: '文件中引用的外部值。凭据的密钥留空则保持不变。不会读取服务器上的环境变量。', preview: '查看变化', difference: '将会发生的变化', difference_lead: '新增 {{added}}，变更 {{changed}}，移除 {{removed}}',
  apply_count: '应用 {{count}} 项', same: '没有变化', same_text: '系统已与文件一致。', sort_added: '新增', sort_changed: '变更', sort_removed: '移除', none: '无', ask: '应用 {{count}} 项变更？', ask_text: '变更立即生效，包括正在进行的调用。每项都会以您的名义记入审计日志。',
  applied: '已应用 {{count}} 项变更', done_title: '已应用', key_of: '{{user}} 的密钥 {{name}}', key_text: '文件未指定密钥内容，因此已随机生成。仅显示这一次。', see_audit: '在审计日志中查看', problems: '文件中有 {{count}} 处问题，未做任何更改。', line: '第 {{line}} 行', whole: '整个文件',
  stale: '查看之后有内容发生了变化', stale_text: '未应用任何内容。请重新查看文件现在会带来的变化。',
  import_title: '从 new-api 导入', import_lead: '导入 new-api 或 one-api 的渠道、分组、用户、令牌、余额和倍率。先查看再导入；重复导入不会重复转入资金。', from: '来源', from_lead: '数据库包含全部内容。运行中实例的 API 不会给出渠道密钥和他人的令牌。', by_file: '数据库文件', by_url: '运行中的 new-api',
  file: 'SQLite 文件（one-api.db）或 MySQL 转储', file_hint: '最大 4 GiB。文件含有密钥：最多保留一天，导入完成后立即删除。', choose: '选择文件', url: '地址', token: 'root 用户的访问令牌', token_hint: '位于 new-api 的个人设置、系统访问令牌。不会保存。', token_user: '令牌所属用户的编号', near: '地址可以位于内网',
  url_less: '此方式无法导入全部内容', url_less_text: '渠道不带密钥，且只有令牌所属用户自己的令牌。请尽量使用数据库文件。', origin: '实例名称', origin_hint: '用于再次识别已导入的内容。第二个 new-api 请使用其他名称。', balances: '导入余额', balances_hint: '无论导入多少次，每个用户的资金只转入一次。', look: '先查看',
  step_sending: '正在发送文件', step_reading: '正在读取', step_comparing: '正在比较', step_writing: '正在导入', progress: '进度', cancelled: '已取消', cancelled_text: '除非最后一步已经完成，否则未做任何更改：重新查看即可知道还缺少什么。', stale_import: '查看之后来源或系统发生了变化', stale_import_text: '未导入任何内容。请重新查看。',
  plan: '将会导入的内容', plan_lead: '尚未做任何更改。', bring: '导入 {{count}} 项', bring_ask: '导入 {{count}} 项内容？', bring_text: '{{usd}} 将转入钱包。要么全部完成，要么全不进行；密钥立即可用。', found: '来源中的内容', found_channels: '渠道', found_users: '用户', found_tokens: '令牌', found_codes: '兑换码', moved: '转入余额',
  tab_changes: '变更（{{count}}）', tab_notes: '无法对应（{{count}}）', changes: '变更', notes: '说明', note_left: '未导入', note_adjusted: '有所调整', note_told: '请知悉', nothing_new: '没有可导入的内容', nothing_new_text: '所有可对应的内容都已存在。', import_done: '已导入 {{count}} 项', import_done_title: '已导入', import_done_lead: '{{usd}} 已转入钱包。',
};

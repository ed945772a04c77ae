export const hub_settings = {
  title: '中心设置', lead: '仅限所有者。此处的更改会立即在所有服务器上生效。', door: '注册与新用户', sign_up: '谁可以注册', invite: '持有邀请的人', open: '任何人', closed: '没有人', start_balance: '初始余额（美元）',
  start_balance_hint: '注册后钱包中的金额。', public_address: '公开地址', public_address_hint: '邮件中的链接以它开头，例如 https://hub.example.com。', mail: '邮件', mail_lead: '发送告警和邀请的服务器。', host: '服务器', port: '端口', security: '连接方式', tls: 'TLS', start_tls: 'STARTTLS',
  plain: '不加密', user: '用户名', password: '密码', password_kept: '已设置；留空则保持不变。', from: '发件人地址', from_name: '发件人名称', test: '给我发送测试', test_done: '测试邮件已交付', test_failed: '测试邮件未发送', answer: '应答，{{ms}} 毫秒', drop: '移除邮件服务器',
  drop_text: '此后不再发送任何邮件。', dropped: '已移除邮件服务器', routing: '路由', routing_lead: '在分组没有另行设定时生效。', max_attempts: '单次调用的尝试次数', max_attempts_hint: '所有分组合计，1 到 32。', queue: '可以排队等待的调用',
  queue_hint: '留空：位置数的两倍。0：不等待。', queue_wait: '等待时长（秒）', fixed: '来自配置文件或环境变量：请在那里修改。', number: '必须是数字。', need: '此项必填。',
};

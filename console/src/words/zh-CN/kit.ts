import type { Words } from '../en';

export const app: Words['app'] = { name: 'AIOHub', skip: '跳到正文' };

export const nav: Words['nav'] = {
  label: '主导航', overview: '概览', keys: 'API 密钥', settings: '设置', operate: '运营', open: '打开导航', close: '关闭导航',
  search: '前往…', palette: '搜索页面与操作', none: '没有匹配的项目', account: '{{name}} 的账户', sign_out: '退出登录', language: '语言', scheme: '外观',
  light: '浅色', dark: '深色', auto: '跟随系统', go: '页面', acts: '操作', new_key: '创建 API 密钥', first_run: '入门',
  channels: '渠道', groups: '分组', health: '健康状况', catalog: '模型', prices: '价格', playground: '试用台', log: '请求日志', dashboard: '仪表盘', wallet: '钱包', users: '用户', audit: '审计日志',
  codes: '兑换码', alerts: '告警', configuration: '配置文件', hub_settings: '系统设置', my_alerts: '我的告警',
};

export const acts: Words['acts'] = {
  save: '保存', cancel: '取消', close: '关闭', back: '返回', retry: '重试', copy: '复制', copied: '已复制', remove: '移除', revoke: '吊销', edit: '编辑', create: '创建',
  more: '显示更多', next: '继续', done: '完成', skip: '跳过', clear: '清除筛选', columns: '列', order: '排序', optional: '可选', actions: '{{name}} 的操作', saved: '已保存',
};

export const states: Words['states'] = {
  loading: '正在加载', none: '这里还没有内容', no_match: '没有匹配项', no_match_text: '放宽或清除筛选条件以查看更多。', end: '共 {{count}} 项',
  loaded: '已显示 {{count}} 项', yes: '是', no: '否', never: '永不', on: '开', off: '关',
  same: '持平', times: '{{factor}} 倍', than_before: '与之前同样长的时段相比', others: '另有 {{count}} 项',
};

export const trouble: Words['trouble'] = {
  title: '操作未成功', unreachable: '无法连接到服务。请检查网络后重试。', request: '请求 {{id}}', broken: '此页面出错了',
  broken_text: '这是控制台的故障，与您无关，没有任何内容被更改。重新加载通常即可恢复。', reload: '重新加载', lost: '没有这个页面',
  lost_text: '地址可能有误，或其内容已不存在。', home: '前往概览', changed: '内容已被他人更改',
  changed_text: '在您打开之后，有人保存了更改。请查看当前内容；离开之前，您输入的内容会保留。', load_present: '载入当前内容',
  wait: '尝试次数过多，请在 {{seconds}} 秒后重试。', not_json: '您与服务之间有其他程序代为应答。请检查地址和代理。', not_allowed: '您的角色没有此权限。',
};

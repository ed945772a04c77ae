import type { Words } from '../en';

export const audit: Words['audit'] = {
  title: '审计日志', lead: '系统的每一次更改,无论通过控制台、API、命令行还是配置文件。只增不改。', empty: '还没有更改', empty_text: '任何人的更改都会显示在这里。',
  what: '对象', changes: '更改内容', who: '操作者', when: '时间', subject: '对象,例如“group auto”', from: '从', to: '到', none: '无', becomes: '变为',
};

import { ask, askVersioned, type BodyOf, type Shape } from '@/kit/api/ask';

export type HubSettings = Shape<'HubSettingsReply'>;
export type HubChange = BodyOf<'PATCH', '/api/admin/settings'>;

export const settings = {
  read: () => askVersioned('GET', '/api/admin/settings'),
  change: (body: HubChange, etag: string) => askVersioned('PATCH', '/api/admin/settings', { body, etag }),
  testMail: () => ask('POST', '/api/admin/settings/mail/test', { body: {} }),
};

import { ask, type Shape } from '@/kit/api/ask';

export const health = { board: () => ask('GET', '/api/admin/health') };

export type Condition = Shape<'ChannelCondition'>;
export type CredentialCondition = Shape<'CredentialCondition'>;
export type Hold = Shape<'HoldShape'>;
export type HealthChange = Shape<'HealthChangeShape'>;
export type BoardChannel = Shape<'BoardChannel'>;
export type BoardGroup = Shape<'BoardGroup'>;
export type BoardCredential = Shape<'BoardCredential'>;

import type { Words } from '../en';

export const channels: Words['channels'] = {};

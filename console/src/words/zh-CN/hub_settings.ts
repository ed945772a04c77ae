import type { Words } from '../en';

export const hub_settings: Words['hub_settings'] = {};

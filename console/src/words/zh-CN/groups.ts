import type { Words } from '../en';

export const groups: Words['groups'] = {};

import type { Words } from '../en';

export const log: Words['log'] = {};

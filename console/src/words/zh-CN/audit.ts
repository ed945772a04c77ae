import type { Words } from '../en';

export const audit: Words['audit'] = {};

import type { Words } from '../en';

export const health: Words['health'] = {};

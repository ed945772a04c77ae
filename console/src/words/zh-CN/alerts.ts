import type { Words } from '../en';

export const alerts: Words['alerts'] = {};

import type { Words } from '../en';

export const dashboard: Words['dashboard'] = {};

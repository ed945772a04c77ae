import type { Words } from '../en';

export const catalog: Words['catalog'] = {};

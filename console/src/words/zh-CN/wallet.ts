import type { Words } from '../en';

export const wallet: Words['wallet'] = {};

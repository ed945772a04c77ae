import type { Words } from '../en';

export const prices: Words['prices'] = {};

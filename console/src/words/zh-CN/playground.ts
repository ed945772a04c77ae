import type { Words } from '../en';

export const playground: Words['playground'] = {};

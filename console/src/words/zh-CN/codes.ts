import type { Words } from '../en';

export const codes: Words['codes'] = {};

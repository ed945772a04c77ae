import type { Room } from '@/kit/shell/rooms';

export const codes: Room = { pages: [], nav: [] };

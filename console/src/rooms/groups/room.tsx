import type { Room } from '@/kit/shell/rooms';

export const groups: Room = { pages: [], nav: [] };

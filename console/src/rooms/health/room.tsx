import type { Room } from '@/kit/shell/rooms';

export const health: Room = { pages: [], nav: [] };

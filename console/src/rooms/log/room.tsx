import type { Room } from '@/kit/shell/rooms';

export const log: Room = { pages: [], nav: [] };

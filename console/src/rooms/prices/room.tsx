import type { Room } from '@/kit/shell/rooms';

export const prices: Room = { pages: [], nav: [] };

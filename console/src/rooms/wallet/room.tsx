import type { Room } from '@/kit/shell/rooms';

export const wallet: Room = { pages: [], nav: [] };

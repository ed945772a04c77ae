import type { Room } from '@/kit/shell/rooms';

export const users: Room = { pages: [], nav: [] };

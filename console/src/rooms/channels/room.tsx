import type { Room } from '@/kit/shell/rooms';

export const channels: Room = { pages: [], nav: [] };

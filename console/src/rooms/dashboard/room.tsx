import type { Room } from '@/kit/shell/rooms';

export const dashboard: Room = { pages: [], nav: [] };

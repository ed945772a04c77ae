import type { Room } from '@/kit/shell/rooms';

export const catalog: Room = { pages: [], nav: [] };

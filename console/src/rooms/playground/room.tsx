import type { Room } from '@/kit/shell/rooms';

export const playground: Room = { pages: [], nav: [] };

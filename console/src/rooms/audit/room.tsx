import type { Room } from '@/kit/shell/rooms';

export const audit: Room = { pages: [], nav: [] };

import type { Room } from '@/kit/shell/rooms';

export const hubSettings: Room = { pages: [], nav: [] };

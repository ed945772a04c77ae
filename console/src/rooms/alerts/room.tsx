import type { Room } from '@/kit/shell/rooms';

export const alerts: Room = { pages: [], nav: [] };

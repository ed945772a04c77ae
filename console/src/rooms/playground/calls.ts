import { ask } from '@/kit/api/ask';
import { askRelay } from '@/kit/api/relay';

/** The settled record of a call, as `GET /api/usage/requests/{id}` tells it; members that the page does not show are left out. */
export interface CallRecord {
  state: 'pending' | 'settled' | 'released';
  outcome?: string;
  group?: string | null;
  channel?: string | null;
  served_model?: string;
  upstream_model?: string;
  stop_reason?: string | null;
  charge_usd?: string;
  price_version?: string;
  multipliers?: Record<string, string>;
  line_items?: { what: string; quantity: number; unit_usd_per_million: string; usd: string }[];
  attempts?: { group: string; channel?: string; result: string; status?: number | null; ms?: number }[];
  losses?: { path: string; reason: string }[];
  ms?: { total: number; first_byte?: number };
}

export const playground = {
  keys: () => ask('GET', '/api/me/keys', { query: { limit: 200 } }),
  token: (key: number) => ask('POST', '/api/me/playground/token', { body: { key_id: key } }),
  /** Asked until it is settled: the log is written a moment after the answer's end. */
  record: async (request: string, token: string): Promise<CallRecord | undefined> => {
    for (let turn = 0; turn < 8; turn++) {
      const reply = await askRelay(`/api/usage/requests/${encodeURIComponent(request)}`, token, { method: 'GET' });
      const told = (await reply.json()) as CallRecord;
      if (told.state !== 'pending') {
        return told;
      }

      await new Promise((resolve) => { setTimeout(resolve, 150 * (turn + 1)); });
    }

    return undefined;
  },
};

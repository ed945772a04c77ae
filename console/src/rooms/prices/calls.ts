import { ask, askVersioned, type BodyOf, type QueryOf, type Shape } from '@/kit/api/ask';
import { callLines } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';

export type PriceItem = Shape<'PriceItem'>;
export type PriceRow = Shape<'PriceShape'>;
export type Preview = Shape<'PricePreviewReply'>;
export type PriceEdit = BodyOf<'POST', '/api/admin/prices/preview'>;
export type SyncWish = BodyOf<'POST', '/api/admin/prices/sync/preview'>;
export type SyncLine = Shape<'SyncLine'>;
export type SyncPlan = Shape<'SyncPlanReply'>;

export const prices = {
  list: (query: QueryOf<'GET', '/api/admin/prices'>) => ask('GET', '/api/admin/prices', { query }),
  missing: () => ask('GET', '/api/admin/prices/missing'),
  history: (name: string) => ask('GET', '/api/admin/prices/{name}', { in: { name } }),
  preview: (body: PriceEdit) => askVersioned('POST', '/api/admin/prices/preview', { body }),
  apply: (body: PriceEdit, etag: string) => ask('POST', '/api/admin/prices/apply', { body, etag }),
  syncs: () => ask('GET', '/api/admin/prices/syncs'),
  undo: (id: number) => ask('POST', '/api/admin/prices/syncs/{id}/undo', { in: { id } }),
  applySync: (body: SyncWish, etag: string) => ask('POST', '/api/admin/prices/sync/apply', { body, etag }),
  /** Tells each line as it comes; the last has the plan, or says why there is none. @throws Problem */
  previewSync: async (body: SyncWish, tell: (line: SyncLine) => void, signal: AbortSignal): Promise<SyncLine> => {
    const last = await callLines<SyncLine>('/api/admin/prices/sync/preview', body, tell, signal);
    if (last?.step !== 'done') {
      throw new Problem(422, { ...(last?.detail == null ? {} : { detail: last.detail }), code: 'invalid', errors: last?.errors ?? {} });
    }

    return last;
  },
};

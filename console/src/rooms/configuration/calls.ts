import { addressIn, ask, askVersioned, type BodyOf, type Shape } from '@/kit/api/ask';
import { call, callLines } from '@/kit/api/call';
import { Problem } from '@/kit/api/problem';

export type ConfigurationText = BodyOf<'POST', '/api/admin/configuration/preview'>;
export type ConfigurationPlan = Shape<'ConfigurationPlanReply'>;
export type Applied = Shape<'ConfigurationAppliedReply'>;
export type Change = Shape<'ThingChange'>;
export type ImportWish = BodyOf<'POST', '/api/admin/imports/preview'>;
export type ImportLine = Shape<'ImportLine'>;
export type ImportPlan = Shape<'ImportPlanReply'>;
export type Upload = Shape<'UploadReply'>;

/** Where the export is downloaded from. */
export const exportAddress = addressIn('/api/admin/configuration');

export const configuration = {
  preview: (body: ConfigurationText) => askVersioned('POST', '/api/admin/configuration/preview', { body }),
  apply: (body: ConfigurationText, etag: string) => ask('POST', '/api/admin/configuration/apply', { body, etag }),
};

/** The last line of work that is told line by line. @throws Problem when it failed */
function ended(last: ImportLine | undefined): ImportLine {
  if (last?.step !== 'done') {
    const changed = last?.code === 'changed_meanwhile';
    throw new Problem(changed ? 412 : 422, { ...(last?.detail == null ? {} : { detail: last.detail }), code: last?.code ?? 'unreachable', errors: last?.errors ?? {} });
  }

  return last;
}

export const imports = {
  /** @throws Problem */
  upload: (file: File, signal: AbortSignal) => call<Upload>('POST', '/api/admin/imports/uploads', { body: file, signal }),
  drop: (id: string) => ask('DELETE', '/api/admin/imports/uploads/{id}', { in: { id } }),
  /** @throws Problem */
  preview: async (body: ImportWish, tell: (line: ImportLine) => void, signal: AbortSignal) => ended(await callLines<ImportLine>('/api/admin/imports/preview', body, tell, signal)),
  /** Does what was seen; leaving cancels it. @throws Problem */
  run: async (body: ImportWish, etag: string, tell: (line: ImportLine) => void, signal: AbortSignal) => ended(await callLines<ImportLine>('/api/admin/imports/run', body, tell, signal, etag)),
};

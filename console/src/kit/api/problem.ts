/** What the API says when it refuses: RFC 9457 with the hub's own members. */
export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  /** By field name, as it was sent. */
  errors?: Record<string, string[]>;
  request_id?: string;
  /** On 412: the state that stands now. */
  current?: unknown;
}

/** A call of the management API that was refused or never arrived. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: Record<string, string[]>;
  readonly requestId: string | undefined;
  readonly current: unknown;
  /** Seconds until another try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title ?? `HTTP ${String(status)}`);
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'unreachable' : `http_${String(status)}`);
    this.errors = body.errors ?? {};
    this.requestId = body.request_id;
    this.current = body.current;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed later without a change. */
  get passing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Reads a refusal, also one that something in front of the hub wrote in HTML. */
export async function problemOf(reply: Response): Promise<Problem> {
  const after = Number(reply.headers.get('retry-after'));
  const retryAfter = Number.isFinite(after) && after > 0 ? after : undefined;
  let body: ProblemBody = {};
  try {
    const read: unknown = await reply.json();
    if (typeof read === 'object' && read !== null) {
      body = read as ProblemBody;
    }
  } catch {
    // Not JSON: the status says what there is to say.
  }

  return new Problem(reply.status, body, retryAfter);
}

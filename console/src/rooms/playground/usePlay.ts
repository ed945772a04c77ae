import { useCallback, useRef, useState } from 'react';
import { Problem } from '@/kit/api/problem';
import { askRelay } from '@/kit/api/relay';
import { playground, type CallRecord } from './calls';
import { dialects, readEvents, type DialectId, type Wish } from './dialects';

/** One answer, while it comes and afterwards. */
export interface Answer {
  dialect: DialectId;
  wish: Wish;
  text: string;
  thought: string;
  tool: string;
  /** The stream's events as they came. */
  raw: string[];
  state: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';
  failure?: unknown;
  request?: string;
  /** Headers that tell of the route. */
  told: Record<string, string>;
  /** Milliseconds until the first words, and until the end. */
  first?: number;
  total?: number;
  record?: CallRecord;
  /** The record was asked for; where there is none yet, the log will have it. */
  asked?: boolean;
}

/** Raw events beyond it are counted, not kept: the page would grow without end. */
const MostRaw = 2_000;

/** Calls models as one of one's keys, and tells what comes as it comes. */
export function usePlay() {
  const [answer, setAnswer] = useState<Answer>();
  const pass = useRef<{ key: number; token: string; ends: number }>(undefined);
  const stopper = useRef<AbortController>(undefined);

  const tokenFor = useCallback(async (key: number): Promise<string> => {
    const known = pass.current;
    if (known?.key === key && known.ends - Date.now() > 60_000) {
      return known.token;
    }

    const { token, ends_at } = await playground.token(key);
    pass.current = { key, token, ends: Date.parse(ends_at) };
    return token;
  }, []);

  const send = async (key: number, dialect: DialectId, wish: Wish): Promise<Answer> => {
    const abort = new AbortController();
    stopper.current = abort;
    const began = performance.now();
    let now: Answer = { dialect, wish, text: '', thought: '', tool: '', raw: [], state: 'waiting', told: {} };
    let drawn = 0;
    const show = (change: Partial<Answer>, always = true) => {
      now = { ...now, ...change };
      // A quick stream has hundreds of events a second; eyes have sixty.
      if (always || performance.now() - drawn > 16) {
        drawn = performance.now();
        setAnswer(now);
      }
    };
    show({});
    let token = '';
    try {
      token = await tokenFor(key);
      const speaker = dialects[dialect];
      const reply = await askRelay(speaker.path(wish.model), token, { method: 'POST', signal: abort.signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify(speaker.body(wish)) });
      const told = Object.fromEntries([...reply.headers].filter(([name]) => name.startsWith('x-aiohub-')));
      show({ state: 'streaming', told, ...(told['x-aiohub-request-id'] === undefined ? {} : { request: told['x-aiohub-request-id'] }) });
      if (reply.body === null) {
        throw new Problem(reply.status, { code: 'not_json' });
      }

      await readEvents(reply.body, (raw, event) => {
        const { text = '', thought = '', tool = '', error } = event === undefined ? {} : speaker.read(event);
        if (error !== undefined) {
          throw new Problem(reply.status, { detail: error, code: 'broken_off', ...(now.request === undefined ? {} : { request_id: now.request }) });
        }

        const spoke = text + thought + tool !== '';
        show({
          text: now.text + text, thought: now.thought + thought, tool: now.tool + (tool !== '' && /^\w+ /.test(tool) && now.tool !== '' ? '\n' : '') + tool,
          raw: now.raw.length < MostRaw ? [...now.raw, raw] : now.raw, ...(spoke && now.first === undefined ? { first: performance.now() - began } : {}),
        }, false);
      });
      show({ state: 'done', total: performance.now() - began });
    } catch (failure) {
      const stopped = failure instanceof DOMException && failure.name === 'AbortError';
      show({ state: stopped ? 'stopped' : 'failed', total: performance.now() - began, ...(stopped ? {} : { failure }), ...(failure instanceof Problem && failure.requestId !== undefined ? { request: failure.requestId } : {}) });
      if (failure instanceof Problem && failure.status === 401) {
        pass.current = undefined;
      }
    }

    if (now.request !== undefined && token !== '') {
      try {
        const record = await playground.record(now.request, token);
        if (record !== undefined) {
          show({ record });
        }
      } catch {
        // The answer is there; its record is a courtesy, and the log has it.
      }
    }

    show({ asked: true });
    return now;
  };

  return { answer, send, tokenFor, stop: () => { stopper.current?.abort(); }, clear: () => { setAnswer(undefined); }, busy: answer?.state === 'waiting' || answer?.state === 'streaming' };
}

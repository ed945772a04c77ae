import type { CallStory } from './calls';

/** One stretch of a call, for a bar that is drawn to scale. */
export interface Stretch {
  kind: 'waited' | 'failed' | 'passed' | 'answered' | 'opening' | 'stream';
  /** Of an attempt its number, from one. */
  attempt?: number;
  /** Milliseconds from the call's beginning. */
  from: number;
  to: number;
}

/**
 * What a call's time went to, in order. The record says how long each part took, not when it began: attempts follow each other, as they do, after the wait;
 * what is left between the last headers and the first byte is the upstream's thinking, and from there to the end the answer flows.
 */
export function stretchesOf({ attempts, timing }: Pick<CallStory, 'attempts' | 'timing'>): Stretch[] {
  const end = Math.max(timing.total_ms, 0.001);
  const within = (ms: number) => Math.min(Math.max(ms, 0), end);
  const stretches: Stretch[] = [];
  let at = 0;
  if (timing.waited_ms != null && timing.waited_ms > 0) {
    stretches.push({ kind: 'waited', from: 0, to: within(timing.waited_ms) });
    at = within(timing.waited_ms);
  }

  let answered = false;
  attempts.forEach(({ result, status, ms }, index) => {
    const to = within(at + ms);
    // What a limit kept the call from stands among the attempts, though none was made.
    const made = status != null || ms > 0;
    stretches.push({ kind: result === 'ok' ? 'answered' : made ? 'failed' : 'passed', attempt: index + 1, from: at, to });
    answered ||= result === 'ok';
    at = to;
  });
  if (timing.first_byte_ms != null && answered) {
    const first = Math.max(within(timing.first_byte_ms), at);
    if (first > at) {
      stretches.push({ kind: 'opening', from: at, to: first });
    }

    if (end > first) {
      stretches.push({ kind: 'stream', from: first, to: end });
    }
  }

  return stretches;
}

/** Four or five round moments from 0 to the end. */
export function ticksOf(end: number): number[] {
  const rough = end / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 0.001)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

import { useRef } from 'react';

/** A key for one movement of money. Made of random bytes by hand: `crypto.randomUUID` is missing where a hub is reached without https. */
function newIntent(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The Idempotency-Key of a form that moves money: the same for every try of one movement, so that a lost answer and a second press pay once; another after what is asked for changed or was done.
 */
export function useIntent(): (what: string) => string {
  const kept = useRef({ what: '', key: '' });
  return (what) => {
    if (kept.current.what !== what) {
      kept.current = { what, key: newIntent() };
    }

    return kept.current.key;
  };
}

import { useEffect, useRef, useState } from 'react';
import type { Query } from '@/kit/api/call';
import { calls, type CallItem, type Scope } from './calls';

const Pause = 2_000;
const AtOnce = 200;
/** More than people look at; what is older stands in the pages below. */
const Most = 500;

/**
 * Calls that are recorded while one looks, newest first: asked for by the cursor of what is known, every two seconds, and not while the window is hidden.
 * @param query changes of it begin anew
 * @param newest the cursor of the page that is shown
 * @param onGap more came at once than are shown: the page is to be read anew
 */
export function useTail(scope: Scope, query: Query, newest: string | undefined, live: boolean, onGap: () => void): readonly CallItem[] {
  const [rows, setRows] = useState<{ of: string | undefined; items: readonly CallItem[] }>({ of: newest, items: [] });
  const gap = useRef(onGap);
  useEffect(() => { gap.current = onGap; });
  const asked = JSON.stringify(query);
  useEffect(() => {
    if (!live || newest === undefined) {
      return undefined;
    }

    let cursor = newest;
    const leaving = new AbortController();
    let timer = 0;
    const look = async () => {
      if (document.visibilityState === 'visible') {
        try {
          const page = await calls.list(scope, { ...(JSON.parse(asked) as Query), since: cursor, limit: AtOnce });
          if (leaving.signal.aborted) {
            return;
          }

          if (page.next != null) {
            gap.current();
            return;
          }

          cursor = page.newest;
          if (page.items.length > 0) {
            setRows((before) => ({ of: newest, items: [...page.items, ...(before.of === newest ? before.items : [])].slice(0, Most) }));
          }
        } catch {
          // The next look may get through; the page itself tells of trouble.
        }
      }

      if (!leaving.signal.aborted) {
        timer = window.setTimeout(() => { void look(); }, Pause);
      }
    };
    timer = window.setTimeout(() => { void look(); }, Pause);
    return () => {
      leaving.abort();
      window.clearTimeout(timer);
    };
  }, [scope, asked, newest, live]);
  return rows.of === newest ? rows.items : [];
}

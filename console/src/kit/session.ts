import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { session as door } from './api/session';
import type { Me, Role, Session } from './api/shapes';

const Key = ['session'] as const;

export function useSession() {
  return useQuery({ queryKey: Key, queryFn: door.read, staleTime: 60_000, retry: 1 });
}

/** Puts a session that an answer brought in place of the one that was known. */
export function useNewSession(): (next: Session) => void {
  const client = useQueryClient();
  return (next) => { replaceSession(client, next); };
}

export function replaceSession(client: QueryClient, next: Session): void {
  const before = client.getQueryData<Session>(Key)?.user?.id;
  if (before !== undefined && before !== next.user?.id) {
    // What one person saw is not shown to the next at the same window.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== Key[0] });
  }

  client.setQueryData(Key, next);
}

export function forgetSession(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: Key });
}

const ranks: Record<Role, number> = { user: 0, operator: 1, owner: 2 };

export function mayAct(me: Pick<Me, 'role'> | null | undefined, least: Role): boolean {
  return me !== null && me !== undefined && ranks[me.role] >= ranks[least];
}

/** Only paths of this console: an address of elsewhere is never followed. */
export function safeReturn(wish: string | null): string {
  return wish !== null && /^\/(?![/\\])/.test(wish) && !wish.startsWith('/sign-in') ? wish : '/';
}

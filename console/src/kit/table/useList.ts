import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import type { Query } from '../api/call';
import type { List } from '../api/shapes';

const PageSize = 50;

/**
 * A list of the API, page after page by its cursor, with its filters and its order in the page's address: a link shows what its sender saw, and "back" goes back.
 * @param name what the pages are kept under
 * @param read reads one page
 * @param filters names of query members that belong to this list
 * @param firstSort the order when the address names none
 */
export function useList<T>(name: string, read: (query: Query) => Promise<List<T>>, filters: readonly string[], firstSort: string) {
  const [search, setSearch] = useSearchParams();
  const sort = search.get('sort') ?? firstSort;
  const chosen = Object.fromEntries(filters.map((filter) => [filter, search.get(filter) ?? '']));
  const pages = useInfiniteQuery({
    queryKey: [name, sort, chosen],
    queryFn: ({ pageParam }) => read({ ...chosen, sort, limit: PageSize, after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });

  const change = (changes: Record<string, string>, replace = true) => {
    setSearch((before) => {
      const next = new URLSearchParams(before);
      for (const [member, value] of Object.entries(changes)) {
        if (value === '') {
          next.delete(member);
        } else {
          next.set(member, value);
        }
      }

      return next;
    }, { replace });
  };

  return {
    rows: pages.data?.pages.flatMap((page) => page.items) ?? [],
    pages,
    sort,
    filters: chosen,
    filtered: filters.some((filter) => chosen[filter] !== ''),
    setFilter: (filter: string, value: string) => { change({ [filter]: value }); },
    /** Several at once: an address changes once in a moment. */
    setFilters: (changes: Record<string, string>) => { change(changes); },
    setSort: (next: string) => { change({ sort: next === firstSort ? '' : next }, false); },
    clear: () => { change(Object.fromEntries(filters.map((filter) => [filter, '']))); },
  };
}

export type ListState<T> = ReturnType<typeof useList<T>>;

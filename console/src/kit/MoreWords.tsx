import { use, type ReactNode } from 'react';
import { moreWords, useWords } from './words';

/** Shows a page once the words of its room are there; what waits around it shows the wait. */
export function MoreWords({ children }: { children: ReactNode }) {
  const { language } = useWords();
  use(moreWords(language));
  return children;
}

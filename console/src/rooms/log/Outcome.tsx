import { Pill } from '@/kit/States';
import { useWords } from '@/kit/words';
import { outcomes, toneOf } from './filters';

export type OutcomeName = (typeof outcomes)[number];

/** An outcome's word in this language; one that is newer than this console by its own name. */
export function useOutcomeWord(): (outcome: string) => string {
  const { t } = useWords();
  return (outcome) => (outcomes.some((known) => known === outcome) ? t(`log.outcomes.${outcome as OutcomeName}`) : outcome);
}

/** How a call ended: the word, the status where it says more, and the error. */
export function Outcome({ outcome, status, code }: { outcome: string; status: number; code?: string | null | undefined }) {
  const word = useOutcomeWord();
  return <Pill tone={toneOf(outcome)}>{word(outcome)}{outcome === 'completed' ? '' : ` · ${code ?? String(status)}`}</Pill>;
}

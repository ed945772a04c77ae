import { useCallback, useState, type FormEvent } from 'react';
import { Problem } from '../api/problem';

type Fields<T> = Partial<Record<keyof T & string, string>>;

/**
 * A form that keeps what was typed, whatever happens, and shows the hub's refusals at the fields that they name.
 * @param initial what stands in the fields at first
 * @param check looks before anything is sent; what it returns stands at the fields
 * @param send sends; a Problem that it throws is told. It may empty the fields again
 */
export function useForm<T extends object>(initial: T, check: (values: T) => Fields<T>, send: (values: T, reset: () => void) => Promise<unknown>) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const set = useCallback(<K extends keyof T & string>(name: K, value: T[K]) => {
    setValues((before) => ({ ...before, [name]: value }));
    setErrors(({ [name]: _gone, ...others }) => others);
  }, []);

  /** The members that an input needs: `{...form.field('name')}`. */
  const field = <K extends keyof T & string>(name: K) => ({
    name,
    value: values[name],
    error: errors[name],
    onChange: (change: { currentTarget: { value: string } } | string | number) => {
      set(name, (typeof change === 'object' ? change.currentTarget.value : change) as T[K]);
    },
  });

  const focusFirst = (form: HTMLFormElement | undefined) => {
    // After the errors are drawn.
    setTimeout(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 0);
  };

  const submit = async (event?: FormEvent<HTMLFormElement>) => {
    event?.preventDefault();
    const form = event?.currentTarget;
    if (busy) {
      return;
    }

    setFailure(undefined);
    const found = check(values) as Record<string, string>;
    setErrors(found);
    if (Object.keys(found).length > 0) {
      focusFirst(form);
      return;
    }

    setBusy(true);
    try {
      await send(values, () => { setValues(initial); });
    } catch (refused) {
      const told: Record<string, string> = {};
      let untold = true;
      if (refused instanceof Problem) {
        untold = Object.keys(refused.errors).length === 0;
        for (const [name, texts] of Object.entries(refused.errors)) {
          // `limits.rpm` and `groups[0]` stand at the field that the form has.
          const own = [name, ...name.split(/[.[]/)].find((part) => Object.hasOwn(values, part));
          told[own ?? name] = texts.join(' ');
          untold ||= own === undefined;
        }
      }

      setErrors(told);
      setFailure(untold ? refused : undefined);
      focusFirst(form);
    } finally {
      setBusy(false);
    }
  };

  return { values, set, field, errors, failure, busy, submit, clear: () => { setErrors({}); setFailure(undefined); } };
}

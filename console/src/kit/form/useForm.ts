import { useCallback, useState, type FormEvent } from 'react';
import { Problem } from '../api/problem';

/** `limits.rpm` and `groups[0]` are about what they have in their names. */
const partsOf = (place: string) => [place, ...place.split(/[.[]/)];

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
  const [named, setNamed] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const set = useCallback(<K extends keyof T & string>(name: K, value: T[K]) => {
    setValues((before) => ({ ...before, [name]: value }));
    setErrors(({ [name]: _gone, ...others }) => others);
    setNamed((before) => Object.fromEntries(Object.entries(before).filter(([place]) => !partsOf(place).includes(name))));
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
    setNamed({});
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
      const places: Record<string, string> = {};
      let untold = true;
      if (refused instanceof Problem) {
        untold = Object.keys(refused.errors).length === 0;
        for (const [name, texts] of Object.entries(refused.errors)) {
          // `limits.rpm` and `groups[0]` stand at the field that the form has.
          const own = partsOf(name).find((part) => Object.hasOwn(values, part));
          const text = texts.join(' ');
          told[own ?? name] = told[own ?? name] === undefined ? text : `${told[own ?? name] ?? ''} ${text}`;
          places[name] = text;
          untold ||= own === undefined;
        }
      }

      setErrors(told);
      setNamed(places);
      setFailure(untold ? refused : undefined);
      focusFirst(form);
    } finally {
      setBusy(false);
    }
  };

  return {
    values, set, field, errors, failure, busy, submit,
    /** The hub's refusals by its own names, such as `overrides.headers[0].value`, for fields that are rows of inputs. */
    named,
    clear: () => { setErrors({}); setNamed({}); setFailure(undefined); },
  };
}

/** Figures as people read them: by their language, with as many digits as mean something. */

function kept<T>(make: (locale: string) => T): (locale: string) => T {
  const made = new Map<string, T>();
  return (locale) => {
    const known = made.get(locale);
    if (known !== undefined) {
      return known;
    }

    const fresh = make(locale);
    made.set(locale, fresh);
    return fresh;
  };
}

const whole = kept((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));
const short = kept((locale) => new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }));
const fine = kept((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }));
const percent = kept((locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }));
const cents = kept((locale) => new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' }));
const day = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }));
const moment = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }));
const relative = kept((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));

/** Nano-USD are the smallest there is. */
const MostDigits = 9;

export interface Formats {
  /** USD: two digits where they say enough, up to nine where a call costs less than a cent. */
  money: (usd: number | null | undefined) => string;
  /** A count of anything, in full: 1,234,567. */
  count: (value: number | null | undefined) => string;
  /** A count where room is short: 1.2M. */
  compact: (value: number | null | undefined) => string;
  /** What something is multiplied by: 1.25. */
  factor: (value: number | null | undefined) => string;
  /** A share of one: 0.25 → 25%. */
  share: (value: number | null | undefined) => string;
  /** Milliseconds: 340 ms, 2.4 s, 3 min 5 s. */
  duration: (ms: number | null | undefined) => string;
  date: (iso: string | null | undefined) => string;
  moment: (iso: string | null | undefined) => string;
  /** Such as "3 minutes ago". */
  ago: (iso: string | null | undefined, now?: number) => string;
}

export const Nothing = '–';

export function moneyText(usd: number, locale: string): string {
  const size = Math.abs(usd);
  if (size === 0 || size >= 1) {
    return cents(locale).format(usd);
  }

  // Three figures that count, never fewer than cents: 0.05, 0.0123, 0.000456.
  const digits = Math.min(MostDigits, Math.max(2, 2 - Math.floor(Math.log10(size))));
  return new Intl.NumberFormat(locale, {
    style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 2, maximumFractionDigits: digits,
  }).format(usd);
}

export function durationText(ms: number, locale: string): string {
  if (ms < 1000) {
    return `${whole(locale).format(ms)} ms`;
  }

  if (ms < 60_000) {
    return `${new Intl.NumberFormat(locale, { maximumFractionDigits: ms < 10_000 ? 2 : 1 }).format(ms / 1000)} s`;
  }

  const seconds = Math.round(ms / 1000);
  return seconds % 60 === 0 ? `${String(Math.floor(seconds / 60))} min` : `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60]];

export function agoText(iso: string, locale: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) {
      return relative(locale).format(Math.trunc(seconds / size), unit);
    }
  }

  return relative(locale).format(0, 'second');
}

export function formatsFor(locale: string): Formats {
  const given = <T>(make: (value: T) => string) => (value: T | null | undefined) => (value === null || value === undefined ? Nothing : make(value));
  return {
    money: given((usd: number) => moneyText(usd, locale)),
    count: given((value: number) => whole(locale).format(value)),
    compact: given((value: number) => (Math.abs(value) < 10_000 ? whole(locale) : short(locale)).format(value)),
    factor: given((value: number) => fine(locale).format(value)),
    share: given((value: number) => percent(locale).format(value)),
    duration: given((ms: number) => durationText(ms, locale)),
    date: given((iso: string) => day(locale).format(new Date(iso))),
    moment: given((iso: string) => moment(locale).format(new Date(iso))),
    ago: (iso, now = Date.now()) => (iso === null || iso === undefined ? Nothing : agoText(iso, locale, now)),
  };
}

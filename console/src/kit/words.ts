import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { FirstWords, Words } from '@/words/en';
import type { MoreWords } from '@/words/en-more';
import { formatsFor, type Formats } from './formats';

export const Languages = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof Languages;

const loaders: Record<Language, () => Promise<{ default: FirstWords }>> = {
  en: () => import('@/words/en'),
  'zh-CN': () => import('@/words/zh-CN'),
};

const moreLoaders: Record<Language, () => Promise<{ default: MoreWords }>> = {
  en: () => import('@/words/en-more'),
  'zh-CN': () => import('@/words/zh-CN-more'),
};

const more = new Map<Language, Promise<void>>();

/** Loads the words of rooms that are opened now and then, once for each language. */
export function moreWords(language: Language): Promise<void> {
  const known = more.get(language);
  if (known !== undefined) {
    return known;
  }

  const coming = moreLoaders[language]().then((read) => { i18next.addResourceBundle(language, 'words', read.default, true); });
  more.set(language, coming);
  // A lost line is not remembered: the next try asks again.
  coming.catch(() => { more.delete(language); });
  return coming;
}

const Kept = 'aiohub-language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: Words };
  }
}

export function languageOf(wish: string | null | undefined): Language | undefined {
  const small = wish?.toLowerCase() ?? '';
  return small.startsWith('zh') ? 'zh-CN' : small.startsWith('en') ? 'en' : undefined;
}

/** What was chosen here before, else what the browser prefers, else English. */
export function firstLanguage(): Language {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(Kept);
  } catch {
    // Private windows may have no storage.
  }

  return languageOf(chosen) ?? navigator.languages.map(languageOf).find((language) => language !== undefined) ?? 'en';
}

export async function startWords(language: Language): Promise<void> {
  const words = (await loaders[language]()).default;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    ns: ['words'],
    defaultNS: 'words',
    resources: { [language]: { words } },
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  });
  document.documentElement.lang = language;
}

export async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'words')) {
    i18next.addResourceBundle(language, 'words', (await loaders[language]()).default);
  }

  if (more.size > 0) {
    await moreWords(language);
  }

  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(Kept, language);
  } catch {
    // Then it holds for this window.
  }
}

export function useWords() {
  const { t, i18n } = useTranslation('words');
  return { t, language: (languageOf(i18n.language) ?? 'en') };
}

export function useFormats(): Formats {
  const { i18n } = useTranslation('words');
  return formatsFor(i18n.language);
}

import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof en;
export type Language = 'en' | 'zh';
type Values = Record<string, string | number>;

const CATALOGUES: Record<Language, Record<Key, string>> = { en, zh };
const KEPT = 'heddle.language';

/** Fills a message: `{n}` by name; of `one || many` the first for a single one. */
export function message(language: Language, key: Key, values: Values = {}): string {
  const forms = CATALOGUES[language][key].split(' || ');
  const text = (values['n'] === 1 ? forms[0] : forms.at(-1)) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? number(language, values[name] ?? '') : whole,
  );
}

function number(language: Language, value: string | number): string {
  return typeof value === 'number' ? value.toLocaleString(language) : value;
}

interface Words {
  language: Language;
  set(language: Language): void;
  t(key: Key, values?: Values): string;
}

const WordsContext = createContext<Words>({
  language: 'en',
  set: () => undefined,
  t: (key, values) => message('en', key, values),
});

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState(preferred);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const words = useMemo<Words>(
    () => ({
      language,
      set(next) {
        localStorage.setItem(KEPT, next);
        choose(next);
      },
      t: (key, values) => message(language, key, values),
    }),
    [language],
  );
  return <WordsContext value={words}>{children}</WordsContext>;
}

export function useWords() {
  return use(WordsContext);
}

import { en, type Messages } from './messages/en.ts';
import { zh } from './messages/zh.ts';

export type { Messages } from './messages/en.ts';
export type Language = 'zh' | 'en';

const CATALOGUE: Readonly<Record<Language, Messages>> = { zh, en };

/** The language asked for by `--lang`, else by LC_ALL, LC_MESSAGES or LANG, else English. */
export function languageOf(args: readonly string[], env: Record<string, string | undefined>): Language {
  const at = args.indexOf('--lang');
  const asked = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--lang='))?.slice('--lang='.length);
  const text = asked ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '';
  return text.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const messagesOf = (language: Language): Messages => CATALOGUE[language];

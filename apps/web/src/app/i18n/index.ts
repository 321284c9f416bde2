import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { z } from 'zod';
import type { Language } from '../preferences.ts';
import type { Resources } from './zh/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Resources };
  }
}

const loaders: Record<Language, () => Promise<{ resources: object }>> = {
  zh: () => import('./zh/index.ts'),
  en: () => import('./en/index.ts'),
};

/** What schemas say of a text that they refuse. */
const schemaWords: Record<Language, () => Promise<{ default: () => Parameters<typeof z.config>[0] }>> = {
  zh: () => import('zod/v4/locales/zh-CN.js'),
  en: () => import('zod/v4/locales/en.js'),
};

const htmlLanguage: Record<Language, string> = { zh: 'zh-CN', en: 'en' };

/** Loads a language once and switches to it. */
export async function switchLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const { resources } = await loaders[language]();
    i18next.addResourceBundle(language, 'translation', resources);
  }
  z.config((await schemaWords[language]()).default());
  await i18next.changeLanguage(language);
  document.documentElement.lang = htmlLanguage[language];
}

/** Starts translation with the first language loaded, so that nothing is painted untranslated. */
export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
    partialBundledLanguages: true,
  });
  await switchLanguage(language);
}

export const currentLanguage = (): Language => (i18next.language === 'en' ? 'en' : 'zh');

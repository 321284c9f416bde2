import type { NodeFamily } from '@guanxi/contracts';

export type ThemeName = 'light' | 'dark';

/** The palette: the one place a colour is written down. CSS reads it as variables, antd as tokens, the canvas directly. */
export interface Palette {
  readonly canvas: string;
  readonly surface: string;
  readonly sunken: string;
  readonly raised: string;
  readonly hairline: string;
  readonly control: string;
  readonly text1: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly accentSoft: string;
  readonly danger: string;
  readonly dangerSoft: string;
  readonly warning: string;
  readonly warningSoft: string;
  readonly success: string;
  readonly successSoft: string;
  readonly info: string;
  readonly infoSoft: string;
  readonly focus: string;
  /** The evidence thread. */
  readonly thread: string;
  readonly overlay: string;
}

export const palettes: Record<ThemeName, Palette> = {
  light: {
    canvas: '#F6F7F4',
    surface: '#FFFFFF',
    sunken: '#EEF0EC',
    raised: '#FFFFFF',
    hairline: '#D9DDD6',
    control: '#7F8A85',
    text1: '#16211F',
    text2: '#4A5753',
    text3: '#66736E',
    accent: '#0F5E63',
    onAccent: '#FFFFFF',
    accentSoft: '#E0EFEE',
    danger: '#B3261E',
    dangerSoft: '#FBEAE8',
    warning: '#8A4B00',
    warningSoft: '#FBF0DF',
    success: '#1E6B3A',
    successSoft: '#E5F2E8',
    info: '#1F5FA8',
    infoSoft: '#E6EEF8',
    focus: '#2974C1',
    thread: '#C27A0E',
    overlay: 'rgba(22, 33, 31, 0.32)',
  },
  dark: {
    canvas: '#0F1416',
    surface: '#161D20',
    sunken: '#0B0F11',
    raised: '#1E272B',
    hairline: '#2C373B',
    control: '#6B7A80',
    text1: '#E8EEEC',
    text2: '#AEBBB7',
    text3: '#8A9994',
    accent: '#5CC2C0',
    onAccent: '#06201F',
    accentSoft: '#12302F',
    danger: '#FF8A7E',
    dangerSoft: '#3A1B18',
    warning: '#F0B35A',
    warningSoft: '#33270F',
    success: '#7CCB93',
    successSoft: '#15301E',
    info: '#8DB8F5',
    infoSoft: '#17273D',
    focus: '#8DB8F5',
    thread: '#F0B35A',
    overlay: 'rgba(0, 0, 0, 0.56)',
  },
};

/** Colours of the node families; each also has a glyph (ui/family), colour never speaks alone. */
export const familyColours: Record<ThemeName, Record<NodeFamily, string>> = {
  light: {
    person: '#0399A4',
    identifier: '#4C6696',
    product: '#D47629',
    market: '#A66560',
    need: '#6B2260',
    event: '#26490D',
    segment: '#8469DC',
    campaign: '#656100',
  },
  dark: {
    person: '#86E4E7',
    identifier: '#659CEB',
    product: '#D3912F',
    market: '#C35C54',
    need: '#A77CA0',
    event: '#9CBE93',
    segment: '#7C69C6',
    campaign: '#D0D977',
  },
};

export const fonts = {
  text: '"IBM Plex Sans", "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei UI", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif',
  code: '"JetBrains Mono", "Noto Sans Mono CJK SC", ui-monospace, monospace',
};

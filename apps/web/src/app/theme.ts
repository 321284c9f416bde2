import { theme as antdTheme, type ThemeConfig } from 'antd';
import { isStill } from './motion.ts';
import { familyColours, fonts, palettes, type Palette, type ThemeName } from './tokens.ts';

const kebab = (name: string) => name.replace(/[A-Z0-9]/g, (letter) => `-${letter.toLowerCase()}`);

/** Writes the palette into CSS variables of the document, so that style sheets and the canvas agree. */
export function applyTheme(name: ThemeName): void {
  const root = document.documentElement;
  root.dataset['theme'] = name;
  root.style.colorScheme = name;
  for (const [token, value] of Object.entries(palettes[name])) root.style.setProperty(`--${kebab(token)}`, value);
  for (const [family, value] of Object.entries(familyColours[name]))
    root.style.setProperty(`--family-${family}`, value);
  root.style.setProperty('--font-text', fonts.text);
  root.style.setProperty('--font-code', fonts.code);
}

type Mapping = typeof antdTheme.darkAlgorithm;

/** antd derives shades of its own from a palette; ours are given, so they are put back after it has. */
const exact =
  (p: Palette): Mapping =>
  (seed, map) => ({
    ...(map ?? antdTheme.defaultAlgorithm(seed)),
    colorPrimary: p.accent,
    colorPrimaryBg: p.accentSoft,
    colorPrimaryText: p.accent,
    colorLink: p.accent,
    colorSuccess: p.success,
    colorWarning: p.warning,
    colorError: p.danger,
    colorInfo: p.info,
    colorText: p.text1,
    colorTextSecondary: p.text2,
    colorTextTertiary: p.text3,
    colorTextQuaternary: p.text3,
    colorBgContainer: p.surface,
    colorBgElevated: p.raised,
    colorBgLayout: p.canvas,
    colorBgMask: p.overlay,
    colorBorder: p.control,
    colorBorderSecondary: p.hairline,
    colorSplit: p.hairline,
  });

/** The same palette as antd understands it. */
export function antdThemeOf(name: ThemeName): ThemeConfig {
  const p = palettes[name];
  return {
    algorithm: [name === 'dark' ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm, exact(p)],
    hashed: false,
    token: {
      colorPrimary: p.accent,
      colorTextBase: p.text1,
      colorBgBase: p.surface,
      colorTextPlaceholder: p.text3,
      colorTextLightSolid: p.onAccent,
      controlItemBgActive: p.accentSoft,
      controlItemBgHover: p.sunken,
      controlOutline: p.accentSoft,
      fontFamily: fonts.text,
      fontFamilyCode: fonts.code,
      fontSize: 14,
      lineHeight: 22 / 14,
      borderRadius: 4,
      borderRadiusLG: 6,
      borderRadiusSM: 4,
      controlHeight: 32,
      motion: !isStill(),
      motionUnit: 0.06,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 400 },
      Tooltip: { colorBgSpotlight: name === 'dark' ? '#2C373B' : '#16211F', colorTextLightSolid: '#FFFFFF' },
      Segmented: { trackBg: p.sunken, itemSelectedBg: p.surface, itemColor: p.text2 },
      Modal: { titleFontSize: 16 },
    },
  };
}

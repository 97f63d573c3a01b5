import { convertCssVariables, createTheme, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The accent: a spruce green that stays apart from the colours of most pictures. Filled parts carry white text at index 6; on dark, text and icons take index 4. */
const spruce: MantineColorsTuple = ['#eaf7f3', '#d3ece4', '#a4d9c9', '#72c5ac', '#49b494', '#2fa985', '#14795f', '#0f6b54', '#075a46', '#004636'];
/** True greys: a tinted one beside a picture would change how its colours look. */
const graphite: MantineColorsTuple = ['#ededee', '#c9cacd', '#a3a5a9', '#7d7f84', '#4a4c51', '#37393d', '#2a2c2f', '#212225', '#191a1c', '#121314'];

export const theme = createTheme({
  colors: { spruce, dark: graphite },
  primaryColor: 'spruce',
  primaryShade: 6,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '620' },
});

/** What the parts of the house use beside Mantine's own variables: paper, edges and quiet text in both schemes. */
const resolver: CSSVariablesResolver = (merged) => {
  const base = defaultCssVariablesResolver(merged);
  return {
    variables: base.variables,
    light: { ...base.light, '--mantine-color-error': 'var(--mantine-color-red-text)', '--mantine-color-red-text': 'var(--mantine-color-red-9)', '--mantine-color-body': '#ffffff', '--mantine-color-text': '#17181a', '--mantine-color-dimmed': '#5d6066', '--house-desk': '#eceded', '--house-paper': '#ffffff', '--house-edge': '#d9dadc', '--house-accent': spruce[6], '--house-accent-soft': '#e3f3ed', '--house-shadow': '0 1px 2px rgb(0 0 0 / 6%), 0 8px 28px rgb(0 0 0 / 10%)' },
    dark: { ...base.dark, '--mantine-color-spruce-light': '#16312a', '--mantine-color-spruce-light-hover': '#1c3d34', '--mantine-color-spruce-light-color': spruce[3], '--mantine-color-red-light-color': 'var(--mantine-color-red-4)', '--mantine-color-error': 'var(--mantine-color-red-text)', '--mantine-color-red-text': 'var(--mantine-color-red-4)', '--mantine-color-red-light': '#38191b', '--mantine-color-body': '#191a1c', '--mantine-color-text': '#e9eaeb', '--mantine-color-dimmed': '#a0a3a8', '--house-desk': '#101112', '--house-paper': '#1d1e21', '--house-edge': '#34363a', '--house-accent': spruce[4], '--house-accent-soft': '#16312a', '--house-shadow': '0 1px 2px rgb(0 0 0 / 40%), 0 10px 32px rgb(0 0 0 / 45%)' },
  };
};

/**
 * The theme's variables as CSS. They are adopted as a constructed sheet, not written into a style element, so that a
 * Content-Security-Policy of `style-src 'self'` holds without a nonce; see `Appliance`.
 */
export function themeCss(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  return convertCssVariables(resolver(merged)) + convertCssVariables({ variables: {}, light: { '--mantine-color-scheme': 'light' }, dark: { '--mantine-color-scheme': 'dark' } });
}

export function adoptTheme(page: Document): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(themeCss());
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
}

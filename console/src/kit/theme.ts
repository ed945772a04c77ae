import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The one accent: a deep teal by day, a bright one at night. Everything else is neutral, so that colour means something. */
const accent: MantineColorsTuple = [
  '#eefbf8', '#d6f3ed', '#aee6db', '#7fd6c6', '#4cc0ad', '#2aa391', '#148576', '#0f6f63', '#0e5950', '#0b4942',
];

const gray: MantineColorsTuple = [
  '#f8f9f8', '#f1f3f2', '#e6e9e8', '#d8dddb', '#bfc6c3', '#98a19e', '#6c7673', '#4d5654', '#333a38', '#1d2221',
];

/** Nights have a little green in them: pure grey beside teal looks dirty. */
const dark: MantineColorsTuple = [
  '#dde3e1', '#b9c2bf', '#98a39f', '#66726e', '#3d4845', '#2d3634', '#212927', '#191f1e', '#121716', '#0c100f',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { accent, gray, dark },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '18px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.1875rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    Paper: { defaultProps: { radius: 'lg' } },
    Modal: { defaultProps: { radius: 'lg', centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    // An option is scrolled to before its list has found its place: fixed, that moves nothing; else a phone's page jumps to its top.
    Combobox: { defaultProps: { floatingStrategy: 'fixed' } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md' } },
    Skeleton: { defaultProps: { radius: 'sm' } },
  },
});

/** Mantine's dimmed, placeholder and error colours stay below 4.5:1 on their grounds; these do not. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fbfcfb',
    '--mantine-color-text': '#1a1f1e',
    '--mantine-color-dimmed': '#57615e',
    '--mantine-color-placeholder': '#67716e',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#0f6f63',
    '--kit-surface': '#ffffff',
    '--kit-rail': '#f4f6f5',
    '--kit-line': '#e2e7e5',
    '--kit-hover': '#eef2f0',
    '--kit-accent-soft': '#e1f4ef',
    '--kit-accent-ink': '#0b564c',
    '--kit-good': '#0f6f63',
    '--kit-warn': '#8a5300',
    '--kit-warn-soft': '#fdf3dd',
    '--kit-bad': '#b3261e',
    '--kit-bad-soft': '#fdecea',
    '--kit-shadow': '0 1px 2px rgb(16 32 28 / 5%)',
  },
  dark: {
    '--mantine-color-body': '#101413',
    '--mantine-color-text': '#e3e8e6',
    '--mantine-color-dimmed': '#9ba7a3',
    '--mantine-color-placeholder': '#8b9793',
    '--mantine-color-error': '#ff9b93',
    '--mantine-color-anchor': '#6fd3c2',
    '--kit-surface': '#171c1b',
    '--kit-rail': '#0c100f',
    '--kit-line': '#28312e',
    '--kit-hover': '#1e2523',
    '--kit-accent-soft': '#12332d',
    '--kit-accent-ink': '#8fe3d4',
    '--kit-good': '#5fd0bd',
    '--kit-warn': '#f0c26e',
    '--kit-warn-soft': '#33270f',
    '--kit-bad': '#ff9b93',
    '--kit-bad-soft': '#391b19',
    '--kit-shadow': 'none',
  },
});

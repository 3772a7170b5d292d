// The look: paper, straw and a hen's comb by day; the barn at night.
import { createTheme } from '@mui/material/styles';

declare module '@mui/material/styles' {
  interface Palette {
    straw: string;
    raised: string;
    mention: string;
  }
  interface PaletteOptions {
    straw: string;
    raised: string;
    mention: string;
  }
}

const body = '"Figtree Variable", system-ui, -apple-system, "Segoe UI", "Noto Color Emoji", sans-serif';
export const displayFont = '"Fraunces Variable", Georgia, "Noto Color Emoji", serif';

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-theme' },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: '#b23c25', contrastText: '#fffaf2' },
        secondary: { main: '#1d6b66', contrastText: '#fffaf2' },
        error: { main: '#a3271f' },
        background: { default: '#fbf5ea', paper: '#fffdf8' },
        text: { primary: '#2b211b', secondary: '#6b5b4f' },
        divider: '#e8dbc5',
        straw: '#e3a83b',
        raised: '#f4ead8',
        mention: '#f7dfa9',
      },
    },
    dark: {
      palette: {
        primary: { main: '#ff9472', contrastText: '#2a120a' },
        secondary: { main: '#7fd0c5', contrastText: '#0d2523' },
        error: { main: '#ff9c8f' },
        background: { default: '#1b1613', paper: '#241d19' },
        text: { primary: '#f4e9dc', secondary: '#bcaa99' },
        divider: '#3d322a',
        straw: '#e8b75a',
        raised: '#2e2520',
        mention: '#5a431a',
      },
    },
  },
  shape: { borderRadius: 12 },
  typography: {
    fontFamily: body,
    fontSize: 14.5,
    h1: {
      fontFamily: displayFont,
      fontSize: '1.3rem',
      fontWeight: 650,
      letterSpacing: '-0.01em',
      lineHeight: 1.2,
    },
    h2: {
      fontFamily: displayFont,
      fontSize: '1.15rem',
      fontWeight: 600,
      letterSpacing: '-0.005em',
      lineHeight: 1.3,
    },
    button: { textTransform: 'none', fontWeight: 650 },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: (look) => ({
        'html, body, #root': { height: '100%' },
        body: { overflow: 'hidden', overscrollBehavior: 'none' },
        ':focus-visible': { outline: `2px solid ${look.vars?.palette.primary.main}`, outlineOffset: 2 },
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': {
            animationDuration: '0.01ms !important',
            animationIterationCount: '1 !important',
          },
        },
      }),
    },
    // The focus ring above is enough; ripples would only be restless.
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiButton: { defaultProps: { disableElevation: true }, styleOverrides: { root: { borderRadius: 999 } } },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
  },
});

// Colours for the languages that people here write; loaded when the first block of code appears.
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import { createLowlight } from 'lowlight';
import type { ReactNode } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';

const lowlight = createLowlight({ bash, css, json, python, typescript, xml });
lowlight.registerAlias({
  bash: ['sh', 'shell'],
  python: ['py'],
  typescript: ['ts', 'tsx', 'js', 'jsx', 'javascript'],
  xml: ['html', 'svg'],
});

export function colour(text: string, language: string): ReactNode {
  if (!lowlight.registered(language)) return text;
  return toJsxRuntime(lowlight.highlight(language, text), { Fragment, jsx, jsxs });
}

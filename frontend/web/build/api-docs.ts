// Puts Swagger UI beside the page, so that the hub serves the documents of its API with nothing from elsewhere.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const FILES = ['swagger-ui-bundle.js', 'swagger-ui.css'];

export function apiDocs(): Plugin {
  return {
    name: 'playhouse:api-docs',
    apply: 'build',
    generateBundle() {
      const { resolve } = createRequire(import.meta.url);
      for (const name of FILES) {
        const source = readFileSync(resolve(`swagger-ui-dist/${name}`));
        this.emitFile({ type: 'asset', fileName: `api-docs/${name}`, source });
      }
    },
  };
}

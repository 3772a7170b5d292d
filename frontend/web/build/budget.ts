// Fails the build when the script that the first screen waits for is larger than the budget.
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

export function budget(limitKiB: number): Plugin {
  return {
    name: 'playhouse:budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const firstLoad = new Set<string>();
      const add = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk' || firstLoad.has(name)) return;
        firstLoad.add(name);
        chunk.imports.forEach(add);
      };
      const entries = Object.values(bundle).filter(
        (part): part is Rolldown.OutputChunk => part.type === 'chunk' && part.isEntry,
      );
      entries.forEach((entry) => add(entry.fileName));
      const bytes = [...firstLoad]
        .map((name) => bundle[name])
        .reduce(
          (sum, part) => sum + (part?.type === 'chunk' ? gzipSync(part.code, { level: 9 }).length : 0),
          0,
        );
      const kib = bytes / 1024;
      const line = `first load: ${kib.toFixed(1)} KiB of gzip script, budget ${limitKiB} KiB`;
      if (kib > limitKiB) this.error(line);
      this.info(line);
    },
  };
}

// Makes src/contracts/generated.ts from the wire's JSON Schema; with --check it only says whether the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const schemaFile = new URL('../../../contracts/schema.json', import.meta.url);
const typesFile = new URL('../src/contracts/generated.ts', import.meta.url);

// A default beside a $ref makes the generator invent a second name for the same type.
const schema = JSON.parse(readFileSync(schemaFile, 'utf8'), (_key, value: unknown) => {
  if (value !== null && typeof value === 'object' && '$ref' in value) return { $ref: value.$ref };
  return value;
}) as { $defs: Record<string, JSONSchema> };

const names = Object.keys(schema.$defs);
const wire: JSONSchema = {
  description: 'Every form that is said between processes.',
  type: 'object',
  additionalProperties: false,
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
  $defs: schema.$defs,
};
const types = await compile(wire, 'Wire', {
  bannerComment:
    '// The types of the wire. Generated from contracts/schema.json by `npm run contracts`; do not edit.',
  style: { singleQuote: true, printWidth: 110 },
  strictIndexSignatures: true,
  // Every bounded array would otherwise become a union of tuples.
  ignoreMinAndMaxItems: true,
});

if (!process.argv.includes('--check')) {
  writeFileSync(typesFile, types);
} else if (readFileSync(typesFile, 'utf8').replaceAll('\r\n', '\n') !== types) {
  console.error('src/contracts/generated.ts is out of date: run `npm run contracts`.');
  process.exit(1);
}

// Runs all journeys, one file after the other, and prints node's totals: node tests/e2e/run.mjs [word in a file's name]

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const folder = join(import.meta.dirname, 'journeys');
const wanted = process.argv[2] ?? '';
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.mjs') && name.includes(wanted))
  .sort()
  .map((name) => join(folder, name));

if (files.length === 0) throw new Error(`no journeys with \`${wanted}\` in their file's name`);

run({ files, concurrency: 1 })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);

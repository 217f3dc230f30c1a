// How long a large dump takes to open, and whether the page stays alive meanwhile.
//
// node tests/e2e/open_bench.mjs [megabytes] [tables], or with the path of a file, with the playground served at
// RETORT_URL. The time is taken in the page, from the choice of the file to the first step on the screen.

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, openPage } from './browser.mjs';
import { dump } from './chains.mjs';
import { firstPage, workspace } from './steps.mjs';

const given = process.argv[2] ?? '10';
const folder = await mkdtemp(join(tmpdir(), 'retort-open-'));
const isPath = !/^\d+$/.test(given);
const path = isPath ? given : join(folder, 'dump.sql');
if (!isPath) await writeFile(path, dump(Number(given) * 1e6, Number(process.argv[3] ?? 200)));

/** Runs in the page before its scripts: notes when it is open, and each time the main thread is held up. */
function listen() {
  window.held = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.held.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
  addEventListener('DOMContentLoaded', () => {
    addEventListener('change', () => (window.chosenAt ??= performance.now()), true);
    new MutationObserver(() => {
      if (/step \d+ of \d+/.test(document.title)) window.openAt ??= performance.now();
    }).observe(document.head, { subtree: true, childList: true, characterData: true });
  });
}

const browser = await launch();
try {
  const { page, context, complaints } = await openPage(browser);
  await context.addInitScript(listen);
  const times = [];
  for (let run = 0; run < 5; run += 1) {
    await page.goto('about:blank');
    await firstPage(page);
    await page.getByLabel('Choose files').setInputFiles([path]);
    await workspace(page);
    times.push(
      await page.evaluate(() => {
        // What came before is the test's own work.
        const held = window.held.filter(([start, length]) => start + length > window.chosenAt);
        return [window.openAt - window.chosenAt, Math.max(0, ...held.map(([, length]) => length))];
      }),
    );
  }
  const row = (word, place) => {
    const sorted = times.map((time) => time[place]).sort((a, b) => a - b);
    console.log(word.padEnd(30), [0, 2, 4].map((at) => sorted[at].toFixed(0).padStart(8)).join(''));
  };
  console.log(`${((await stat(path)).size / 1e6).toFixed(1)} MB`.padEnd(30), '     min  median     max');
  row('opened, ms', 0);
  row('longest hold of the page, ms', 1);
  if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}

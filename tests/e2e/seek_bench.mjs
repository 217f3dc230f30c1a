// How long a jump takes in a long chain: opens 300 revisions, then goes to 40 positions here and there.
//
// node tests/e2e/seek_bench.mjs [revisions] [seeks], with the playground served at RETORT_URL.
// A seek is timed in the page, from the click on a revision until its step has been drawn.

import { launch, openPage } from './browser.mjs';
import { long } from './chains.mjs';
import { chooseFiles } from './steps.mjs';

const revisions = Number(process.argv[2] ?? 300);
const seeks = Number(process.argv[3] ?? 40);

/** The same positions on each run, so that runs can be compared. */
function positions(count, most) {
  let seed = 20_240_229;
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (seed % most);
  });
}

/** Runs in the page: clicks the revision and waits for its step on the screen. */
function seek({ position, revisions }) {
  const button = document.querySelectorAll('nav[aria-label="Revisions"] li button');
  const offset = button.length - revisions;
  const wanted = `step ${position} of ${revisions}`;
  return new Promise((resolve) => {
    const start = performance.now();
    const look = () => {
      if (document.title.includes(wanted)) requestAnimationFrame(() => resolve(performance.now() - start));
      else requestAnimationFrame(look);
    };
    button[position - 1 + offset].click();
    look();
  });
}

const browser = await launch();
try {
  const { page, complaints } = await openPage(browser);
  const start = performance.now();
  const { of } = await chooseFiles(page, long(revisions));
  const opened = performance.now() - start;
  if (of !== revisions) throw new Error(`${revisions} revisions were given, ${of} can be run`);
  const times = [];
  for (const position of positions(seeks, revisions)) {
    times.push(await page.evaluate(seek, { position, revisions }));
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const worst = times[times.length - 1];
  const line = (name, time) =>
    console.log(`${name.padEnd(8)} ${time.toFixed(1).padStart(9)} ms ${(time / opened).toFixed(4).padStart(9)}`);
  console.log(`${revisions} revisions, ${seeks} seeks; the last column is the part of the time to open the chain`);
  line('open', opened);
  line('median', median);
  line('worst', worst);
  if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
} finally {
  await browser.close();
}

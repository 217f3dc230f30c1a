// How long a jump takes in a long chain: opens 300 revisions, then goes to 40 positions here and there.
//
// node tests/e2e/seek_bench.mjs [revisions] [seeks], with the playground served at RETORT_URL.
// All times are taken in the page, from the click on a revision. Hardly any position comes twice.

import { launch, openPage } from './browser.mjs';
import { long } from './chains.mjs';
import { chooseFiles } from './steps.mjs';

const revisions = Number(process.argv[2] ?? 300);
const seeks = Number(process.argv[3] ?? 40);

const MEASURED = [
  ['answered', 'the answer of the worker has come: database restored, schema read back, both ways'],
  ['changed', '… and the page has changed: answer read, elements made'],
  ['drawn', '… and laid out and painted'],
  ['shown', '… and the browser begins the next frame'],
];

/** The same positions on each run, so that runs can be compared. */
function positions(count, most) {
  let seed = 20_240_229;
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (seed % most);
  });
}

/** Runs in the page before its scripts: remembers when the worker last answered. */
function listen() {
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', () => {
        window.answeredAt = performance.now();
      });
    }
  };
}

/** Runs in the page: clicks the revision and waits for its step on the screen. */
function seek({ position, revisions }) {
  const buttons = document.querySelectorAll('nav[aria-label="Revisions"] li button');
  const offset = buttons.length - revisions;
  const wanted = `step ${position} of ${revisions}`;
  return new Promise((resolve) => {
    let start = 0;
    const now = () => performance.now() - start;
    const times = {};
    const changed = () => {
      if (!document.title.includes(wanted)) return;
      observer.disconnect();
      times.answered = Math.max(0, window.answeredAt - start);
      times.changed = now();
      requestAnimationFrame(() => {
        // A message that is sent before a frame is drawn comes when it has been.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          times.drawn = now();
        };
        port2.postMessage(null);
        requestAnimationFrame(() => {
          times.shown = now();
          setTimeout(() => resolve({ ...times, drawn: Math.min(times.drawn ?? times.shown, times.shown) }), 50);
        });
      });
    };
    const observer = new MutationObserver(changed);
    observer.observe(document.head, { subtree: true, childList: true, characterData: true });
    start = performance.now();
    buttons[position - 1 + offset].click();
    // A jump to where we are changes nothing.
    changed();
  });
}

function print(times) {
  const cell = (time) => time.toFixed(1).padStart(8);
  console.log(`${'ms'.padEnd(10)}${['min', 'median', 'p95', 'max'].map((word) => word.padStart(8)).join('')}`);
  for (const [name, words] of MEASURED) {
    const sorted = times.map((time) => time[name]).sort((a, b) => a - b);
    const at = (part) => cell(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]);
    console.log(`${name.padEnd(10)}${at(0)}${at(0.5)}${at(0.95)}${at(1)}  ${words}`);
  }
}

const browser = await launch();
try {
  const { page, context, complaints } = await openPage(browser);
  await context.addInitScript(listen);
  const start = performance.now();
  const { of } = await chooseFiles(page, long(revisions));
  const opened = performance.now() - start;
  if (of !== revisions) throw new Error(`${revisions} revisions were given, ${of} can be run`);
  const times = [];
  for (const position of positions(seeks, revisions)) {
    times.push(await page.evaluate(seek, { position, revisions }));
  }
  console.log(`${revisions} revisions opened in ${opened.toFixed(0)} ms; ${seeks} jumps from the click until`);
  print(times);
  if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
} finally {
  await browser.close();
}

// A browser, and pages whose every complaint fails the journey that walked there.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

/** Where the playground is served; `cargo xtask test` tells, a person serves it with `cargo xtask play`. */
export const ADDRESS = process.env.RETORT_URL ?? 'http://127.0.0.1:8719/';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that `CHROMIUM` names, else the first on the path. */
function executable() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  const path = process.env.CHROMIUM ?? found;
  if (!path) throw new Error(`no browser: none of ${NAMES.join(', ')} is on the path, and CHROMIUM is not set`);
  return path;
}

export function launch() {
  return chromium.launch({ executablePath: executable(), args: FLAGS });
}

/** Everything about a page that must not happen, collected as it happens. */
export function watch(page) {
  const complaints = [];
  const origin = new URL(ADDRESS).origin;
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script error: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) complaints.push(`asked ${url}`);
  });
  page.on('requestfailed', (request) => {
    // A page that is left drops what it was loading.
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') complaints.push(`could not load ${request.url()}: ${reason}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`a script dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  return complaints;
}

/** A fresh context with one page; `complaints` fills while it is used. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
    ...options,
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`security policy: ${event.violatedDirective} refused ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { context, page, complaints: watch(page) };
}

/**
 * Declares the journeys of a file: `journeys((journey) => { journey('name', async ({ page, fresh }) => …) })`.
 * `fresh` opens a further context, watched like the first; a journey that provokes complaints empties `complaints`.
 */
export function journeys(declare) {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  declare((name, walk, options = {}) =>
    test(name, { timeout: 120_000 }, async () => {
      const opened = [];
      const fresh = async (more = {}) => {
        const one = await openPage(browser, { ...options, ...more });
        opened.push(one);
        return one.page;
      };
      try {
        const page = await fresh();
        await walk({ page, fresh, complaints: opened[0].complaints });
        assert.deepEqual(
          opened.flatMap((one) => one.complaints),
          [],
          'the page complained',
        );
      } finally {
        for (const one of opened) await one.context.close();
      }
    }),
  );
}

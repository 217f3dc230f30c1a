// Pictures of every screen at three widths in light and dark, into target/screens.
//
// node tests/e2e/screens.mjs [--readme], with the playground served at RETORT_URL.
// With --readme also the picture that the README shows, web/screenshot.png.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, openPage } from './browser.mjs';
import { cascadeOf, firstPage, openExample, openLink, refused } from './steps.mjs';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'target/screens');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

const SCREENS = {
  first: firstPage,
  workspace: (page) => openExample(page, 'Safety reports'),
  cascade: async (page) => {
    await openExample(page, 'Safety reports');
    await cascadeOf(page, 'users', 0);
  },
  share: async (page) => {
    await openExample(page, 'Safety reports');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('textbox', { name: 'Link' }).waitFor();
  },
  refusal: async (page) => {
    await openLink(page, '9.x.AAAA');
    await refused(page);
  },
};

async function picture(browser, show, path, viewport, colorScheme) {
  const { context, page } = await openPage(browser, { viewport, colorScheme });
  await show(page);
  await page.screenshot({ path });
  await context.close();
  console.log(path.slice(root.length + 1));
}

mkdirSync(folder, { recursive: true });
const browser = await launch();
try {
  for (const [name, show] of Object.entries(SCREENS)) {
    for (const viewport of SIZES) {
      for (const colorScheme of ['light', 'dark']) {
        const path = join(folder, `${name}-${viewport.width}-${colorScheme}.png`);
        await picture(browser, show, path, viewport, colorScheme);
      }
    }
  }
  if (process.argv.includes('--readme')) {
    await picture(browser, SCREENS.cascade, join(root, 'web/screenshot.png'), SIZES[0], 'light');
  }
} finally {
  await browser.close();
}

// Pictures of every screen at three widths in light and dark, into target/screens.
//
// node tests/e2e/screens.mjs [--readme] [word in a screen's name], with the playground served at RETORT_URL.
// With --readme also the picture that the README shows, web/screenshot.png.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, openPage } from './browser.mjs';
import { CLINIC, zipped } from './projects.mjs';
import { atStep, cascadeOf, chooseFiles, firstPage, forDialect, openExample, openLink, refused } from './steps.mjs';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'target/screens');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

/** The second step of a project in Python, with its pane in front on a narrow screen. */
async function program(page, files = CLINIC) {
  await chooseFiles(page, [{ name: 'clinic.zip', mimeType: 'application/zip', buffer: zipped('clinic', files) }]);
  await sqlPane(page);
}

async function sqlPane(page) {
  const pane = page.getByRole('button', { name: 'SQL', exact: true });
  if (await pane.isVisible()) await pane.click();
}

async function walk(page, to) {
  await page.keyboard.press('Home');
  await atStep(page, 0);
  for (let at = 1; at <= to; at += 1) {
    await page.keyboard.press('ArrowRight');
    await atStep(page, at);
  }
}

const STOPPED = `from alembic import op
revision = "e5"
down_revision = "d47e"


def upgrade():
    op.execute("CREATE TABLE extra (id INTEGER)")
    raise RuntimeError("stop it")
`;

const SCREENS = {
  first: firstPage,
  workspace: (page) => openExample(page, 'Safety reports'),
  cascade: async (page) => {
    await openExample(page, 'Safety reports');
    await cascadeOf(page, 'users', 0);
  },
  program: async (page) => {
    await program(page);
    await walk(page, 2);
    await page.getByRole('button', { name: 'Next call' }).click();
  },
  'program-sqlite': async (page) => {
    await program(page);
    await forDialect(page, 'SQLite');
    await walk(page, 2);
  },
  broken: (page) => openExample(page, /^CNC licensing, broken/),
  mended: async (page) => {
    await openExample(page, /^CNC licensing Alembic/);
    await sqlPane(page);
  },
  'left-out': async (page) => {
    await openExample(page, 'Corporate intel');
    await sqlPane(page);
    await page.keyboard.press('Shift+ArrowRight');
  },
  'program-stopped': (page) => program(page, { ...CLINIC, 'migrations/versions/e5.py': STOPPED }),
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
  const word = process.argv.slice(2).find((given) => !given.startsWith('--')) ?? '';
  for (const [name, show] of Object.entries(SCREENS).filter(([screen]) => screen.includes(word))) {
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

// axe-core on every screen, light and dark: nothing serious, nothing critical.

import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { journeys } from '../browser.mjs';
import { broken, shop } from '../chains.mjs';
import { CLINIC, zipped } from '../projects.mjs';
import { atStep, cascadeOf, chooseFiles, firstPage, openExample, openLink, refused, runSql, tab } from '../steps.mjs';

const SCREENS = {
  'the first page': firstPage,
  'the workspace': (page) => openExample(page, 'Safety reports'),
  'the outline': async (page) => {
    await openExample(page, 'Safety reports');
    await page.getByRole('button', { name: 'Outline' }).click();
    await page.getByRole('region', { name: 'Outline of the schema' }).waitFor();
  },
  'a cascade': async (page) => {
    await openExample(page, 'Safety reports');
    await cascadeOf(page, 'users', 0);
  },
  'the console': async (page) => {
    await chooseFiles(page, shop());
    const result = await runSql(page, 'SELECT * FROM orders');
    await result.waitFor();
  },
  'problems': async (page) => {
    await chooseFiles(page, broken());
    await tab(page, 'Problems').click();
  },
  'a broken example': (page) => openExample(page, /^CNC licensing, broken/),
  'an example with statements left out': (page) => openExample(page, 'Corporate intel'),
  'a step of a program': async (page) => {
    await chooseFiles(page, [
      { name: 'clinic.zip', mimeType: 'application/zip', buffer: zipped('clinic', CLINIC) },
    ]);
    await page.keyboard.press('Home');
    await atStep(page, 0);
    await page.keyboard.press('ArrowRight');
    await atStep(page, 1);
    await page.getByRole('button', { name: 'Next call' }).click();
  },
  'the share dialog': async (page) => {
    await chooseFiles(page, shop());
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('textbox', { name: 'Link' }).waitFor();
  },
  'the keys': async (page) => {
    await chooseFiles(page, shop());
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  },
  'a refusal': async (page) => {
    await openLink(page, '9.x.AAAA');
    await refused(page);
  },
};

/** Violations that keep people out, one line each. */
async function barriers(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}

for (const colorScheme of ['light', 'dark']) {
  journeys((journey) => {
    for (const [name, show] of Object.entries(SCREENS)) {
      journey(
        `${name}, ${colorScheme}`,
        async ({ page }) => {
          await show(page);
          assert.deepEqual(await barriers(page), []);
        },
        { colorScheme },
      );
    }
  });
}

// The whole walk without a pointer.

import assert from 'node:assert/strict';
import { ADDRESS, journeys } from '../browser.mjs';
import { shop } from '../chains.mjs';
import { atStep, chooseFiles, tab, tablePick, typeSql, until, workspace } from '../steps.mjs';

/** Presses Tab until the element with the focus is the wanted one. */
async function tabTo(page, wanted, most = 80) {
  for (let press = 0; press < most; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${most} presses of Tab do not reach ${wanted}`);
}

/** The name of the pane that holds the focus. */
const region = (page) =>
  page.evaluate(() => document.activeElement?.closest('[aria-label]')?.getAttribute('aria-label') ?? '');

journeys((journey) => {
  journey('an example is opened, walked and shared by keys alone', async ({ page }) => {
    await page.goto(ADDRESS);
    await tabTo(page, page.getByRole('link', { name: 'Safety reports' }));
    await page.keyboard.press('Enter');
    const { of } = await workspace(page);
    await page.keyboard.press('Home');
    await atStep(page, 0);
    await page.keyboard.press('ArrowRight');
    await atStep(page, 1);
    await page.keyboard.press('End');
    await atStep(page, of);
    await page.keyboard.press('ArrowLeft');
    await atStep(page, of - 1);

    await tabTo(page, page.getByRole('button', { name: 'Share' }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Share this state' });
    await dialog.getByRole('textbox', { name: 'Link' }).waitFor();
    await tabTo(page, dialog.getByRole('button', { name: 'Copy link' }));
    await page.keyboard.press('Enter');
    await dialog.getByText('Copied').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /#1\.d\./);
  });

  journey('a table and its rows are reached by keys alone', async ({ page }) => {
    await chooseFiles(page, shop());
    await tabTo(page, tablePick(page, 'customers'));
    await page.keyboard.press('Enter');
    await tab(page, 'Table').waitFor();
    await tabTo(page, tab(page, 'Table'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: /^Choose row/ }).first().waitFor();
    await tabTo(page, page.getByRole('button', { name: /^Choose row/ }).first());
    await page.keyboard.press('Enter');
    const preview = page.getByRole('button', { name: 'Preview delete' });
    await preview.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Effects in order' }).waitFor();
  });

  journey('F6 goes around the panes, ? tells the keys, keys in a field are letters', async ({ page }) => {
    await chooseFiles(page, shop());
    const seen = new Set();
    for (let press = 0; press < 8; press += 1) {
      await page.keyboard.press('F6');
      seen.add(await region(page));
    }
    for (const name of ['Revisions', 'Schema', 'Inspector']) assert.ok(seen.has(name), `F6 does not reach ${name}`);
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.waitFor();
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });

    const field = await typeSql(page, '');
    await page.keyboard.type('?ol');
    await page.keyboard.press('Home');
    assert.equal(await field.inputValue(), '?ol');
    await atStep(page, 3);
  });

  journey('each step is told to those who listen', async ({ page }) => {
    await chooseFiles(page, shop());
    await page.keyboard.press('Home');
    await atStep(page, 0);
    await page.keyboard.press('ArrowRight');
    const status = page.getByRole('status');
    await until('the step is told', async () =>
      (await status.allInnerTexts()).some((words) => /Step 1 of 3, upgrade of add customers/.test(words)),
    );
  });
});

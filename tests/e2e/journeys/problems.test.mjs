// What is wrong with a chain is said, and what can be run still runs.

import assert from 'node:assert/strict';
import { journeys } from '../browser.mjs';
import { broken, revision } from '../chains.mjs';
import { chooseFiles, firstPage, place, refused, tab } from '../steps.mjs';

journeys((journey) => {
  journey('a cycle and a missing down revision are problems; the good part runs', async ({ page }) => {
    await chooseFiles(page, broken());
    assert.equal((await place(page)).of, 1);
    await tab(page, 'Problems').click();
    const problems = await page.getByRole('tabpanel', { name: /^Problems/ }).innerText();
    assert.match(problems, /gone/);
    assert.match(problems, /x1/);
    assert.match(problems, /x2/);
    await page.getByRole('navigation', { name: 'Revisions' }).getByText('not run').first().waitFor();
  });

  journey('a statement that fails stops the chain before it', async ({ page }) => {
    await chooseFiles(page, [
      revision('a1', null, 'add one', 'CREATE TABLE one (id INTEGER PRIMARY KEY);', 'DROP TABLE one;'),
      revision('b2', 'a1', 'fail', 'INSERT INTO nowhere VALUES (1);', 'SELECT 1;'),
      revision('c3', 'b2', 'add two', 'CREATE TABLE two (id INTEGER PRIMARY KEY);', 'DROP TABLE two;'),
    ]);
    await page.getByText(/no such table/).first().waitFor();
    await page.getByRole('navigation', { name: 'Revisions' }).getByText('failed').first().waitFor();
  });

  journey('files without a chain are refused in words', async ({ page }) => {
    await firstPage(page);
    await page.getByLabel('Choose files').setInputFiles([
      { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('nothing to run here') },
    ]);
    await refused(page);
  });
});

// From the first page through a chain, up and down, to what a delete takes with it.

import assert from 'node:assert/strict';
import { journeys } from '../browser.mjs';
import { shop } from '../chains.mjs';
import {
  atStep,
  cascadeOf,
  chooseFiles,
  firstPage,
  openExample,
  openLink,
  paste,
  place,
  runSql,
  share,
  typeSql,
  until,
  workspace,
} from '../steps.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 2, name }).waitFor();

journeys((journey) => {
  journey('safety reports: to the head, one step down, a cascade, and the link of it', async ({ page, fresh }) => {
    const { of } = await openExample(page, 'Safety reports');
    assert.ok(of > 1);
    await page.keyboard.press('End');
    await atStep(page, of);
    await page.keyboard.press('ArrowLeft');
    await atStep(page, of - 1);
    await page.getByText('Round trip').first().waitFor();
    const effects = await cascadeOf(page, 'users', 0);
    const words = await effects.innerText();
    assert.match(words, /users/);
    await page.getByText('A preview: nothing was changed.').waitFor();
    const fragment = await share(page);

    const other = await fresh();
    await openLink(other, fragment);
    assert.deepEqual(await workspace(other), { at: of - 1, of });
    const again = other.getByRole('list', { name: 'Effects in order' });
    await again.waitFor();
    assert.equal(await again.innerText(), words);
  });

  journey('the other example opens', async ({ page }) => {
    const { at, of } = await openExample(page, 'Validation service');
    assert.ok(at > 0 && at <= of);
  });

  journey('pasted SQL runs and answers questions', async ({ page }) => {
    await paste(
      page,
      `CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
       INSERT INTO notes (id, text) VALUES (1, 'first'), (2, 'second');`,
      'sqlite',
    );
    await workspace(page);
    await typeSql(page, 'SELECT count(*) AS many FROM notes');
    await page.keyboard.press('Control+Enter');
    const result = page.getByRole('group', { name: 'Result' });
    await result.waitFor();
    assert.match(await result.innerText(), /many\s+2/);
  });

  journey('an error in the console is told and nothing else happens', async ({ page }) => {
    await chooseFiles(page, shop());
    await runSql(page, 'SELECT * FROM nowhere');
    await page.getByText(/no such table/).first().waitFor();
    assert.deepEqual(await place(page), { at: 3, of: 3 });
  });

  journey('chosen files: every step up and down', async ({ page }) => {
    await chooseFiles(page, shop());
    await page.keyboard.press('Home');
    await atStep(page, 0);
    for (const [at, name] of [[1, 'add customers'], [2, 'add orders'], [3, 'add total']]) {
      await page.getByRole('button', { name: 'Upgrade one step' }).click();
      await atStep(page, at);
      await heading(page, name);
    }
    for (const at of [2, 1, 0]) {
      await page.getByRole('button', { name: 'Downgrade one step' }).click();
      await atStep(page, at);
    }
  });

  journey('dropped files open as chosen ones do', async ({ page }) => {
    await firstPage(page);
    // Before the app listens a drop does nothing; it listens once it has an engine.
    await until('the app is there', () => page.evaluate(() => window.retortWorker !== undefined));
    const files = shop().map((file) => ({ name: file.name, text: file.buffer.toString() }));
    await page.evaluate((given) => {
      const transfer = new DataTransfer();
      for (const { name, text } of given) transfer.items.add(new File([text], name));
      const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent('dragover', options));
      document.body.dispatchEvent(new DragEvent('drop', options));
    }, files);
    assert.equal((await workspace(page)).of, 3);
  });

  journey('names with markup are shown as they are', async ({ page, fresh }) => {
    const name = '<img src=x onerror=alert(1)>';
    await paste(page, `CREATE TABLE "${name}" (id INTEGER PRIMARY KEY, "<b>x</b>" TEXT);`, 'sqlite');
    await workspace(page);
    const shown = (at) => at.getByRole('complementary', { name: 'Inspector' }).getByText(name).first().waitFor();
    await shown(page);
    const fragment = await share(page);
    const other = await fresh();
    await openLink(other, fragment);
    await workspace(other);
    await shown(other);
    assert.equal(await other.locator('img').count(), 0);
  });
});

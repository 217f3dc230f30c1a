// A project of Alembic's: its folder, its zip, its link; the source of each call beside what it became.

import assert from 'node:assert/strict';
import { journeys } from '../browser.mjs';
import { CLINIC, onDisk, zipped } from '../projects.mjs';
import {
  atStep,
  chooseFiles,
  chooseFolder,
  firstPage,
  forDialect,
  openExample,
  openLink,
  share,
  tab,
  until,
  workspace,
} from '../steps.mjs';

const zip = (files = CLINIC) => [
  { name: 'clinic.zip', mimeType: 'application/zip', buffer: zipped('clinic', files) },
];

/** The files of workers that the page has asked for. */
function loads(page) {
  const names = [];
  page.on('request', (request) => {
    const name = /(worker\w*)_bg\.wasm$/.exec(request.url())?.[1];
    if (name) names.push(name);
  });
  return names;
}

const source = (page) => page.getByRole('group', { name: /^Source, / });
const calls = (page) => page.locator('.call-list > li');
const lit = (page) => page.locator('.call-list > li[aria-current]');

/** What the source pane lights up, without line numbers and signs. */
const litLines = (page) =>
  source(page)
    .locator('.file-line.lit')
    .evaluateAll((lines) =>
      lines.map((line) =>
        [...line.childNodes].slice(2).map((node) => node.textContent).join('').trim(),
      ),
    );

async function seek(page, at) {
  await page.keyboard.press('Home');
  await atStep(page, 0);
  for (let step = 1; step <= at; step += 1) {
    await page.keyboard.press('ArrowRight');
    await atStep(page, step);
  }
}

journeys((journey) => {
  journey('a folder is opened: calls beside their statements, up and down', async ({ page }) => {
    const loaded = loads(page);
    await onDisk('clinic', CLINIC, async (folder) => {
      assert.deepEqual(await chooseFolder(page, folder), { at: 3, of: 3 });
    });
    assert.ok(loaded.includes('worker_python'), `${loaded}`);
    await seek(page, 1);
    assert.equal(await calls(page).count(), 3);
    assert.match(await lit(page).innerText(), /CREATE TABLE patients/);
    assert.deepEqual((await litLines(page))[0], 'op.create_table(');
    assert.equal((await litLines(page)).length, 6);

    // The second call gave a type and a table.
    await page.getByRole('button', { name: 'Next call' }).click();
    await until('the second call is lit', async () => /visit_state/.test(await lit(page).innerText()));
    assert.match(await lit(page).innerText(), /2 statements/);
    assert.match((await litLines(page)).join(' '), /"visits",.*visit_state/);

    // A line of the source leads to its statements, and a head of statements to its source.
    await source(page).getByText('op.execute(', { exact: false }).first().click();
    await until('the third call is lit', async () => /INSERT INTO patients/.test(await lit(page).innerText()));
    await page.getByRole('button', { name: /^Call 1, lines 14 to 19/ }).click();
    await until('the first call is lit again', async () => /CREATE TABLE patients/.test(await lit(page).innerText()));

    for (const at of [2, 3]) {
      await page.keyboard.press('ArrowRight');
      await atStep(page, at);
    }
    // A program that reads rows: its call ran for each of them.
    assert.equal(await calls(page).count(), 1);
    assert.match(await lit(page).innerText(), /61000[^]*78000/);
    for (const at of [2, 1, 0]) {
      await page.keyboard.press('ArrowLeft');
      await atStep(page, at);
      await page.getByText('Round trip:').waitFor();
    }
  });

  journey('what of the folder was not read is said', async ({ page }) => {
    await onDisk('clinic', CLINIC, (folder) => chooseFolder(page, folder));
    await tab(page, 'Files').click();
    await page.getByText('Not all of the folder was read').click();
    await page.getByText('not looked into: .venv, __pycache__, env, node_modules').waitFor();
    const names = await page.getByRole('combobox', { name: 'File' }).locator('option').allInnerTexts();
    assert.ok(names.includes('clinic/columns.py') && !names.includes('clinic/views.py'), `${names}`);
  });

  journey('a folder that is dropped opens as a chosen one does', async ({ page }) => {
    await firstPage(page);
    await until('the app is there', () => page.evaluate(() => window.retortWorker !== undefined));
    await onDisk('clinic', CLINIC, async (folder) => {
      const browser = await page.context().newCDPSession(page);
      const data = { items: [], files: [folder], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop']) {
        await browser.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
      }
      assert.deepEqual(await workspace(page), { at: 3, of: 3 });
    });
    await tab(page, 'Files').click();
    await page.getByText('Not all of the folder was read').click();
    await page.getByText('not looked into: .venv, __pycache__, env, node_modules').waitFor();
  });

  journey('a zip, by keys: calls, a helper module, the other dialects', async ({ page }) => {
    await chooseFiles(page, zip());
    await seek(page, 2);
    assert.match(await lit(page).innerText(), /ALTER TABLE patients ALTER COLUMN name/);
    await page.keyboard.press('Shift+ArrowRight');
    await until('the helper is called', async () => /changed_by/.test(await lit(page).innerText()));
    assert.deepEqual(await litLines(page), ['add_audit(table)']);
    assert.match(await lit(page).innerText(), /4 statements[^]*ix_patients_changed_by[^]*ix_visits_changed_by/);
    await source(page).getByRole('button', { name: 'Call 2, line 19: 4 statements' }).focus();
    await page.keyboard.press('ArrowUp');
    await until('the call before is lit', async () => /ALTER COLUMN name/.test(await lit(page).innerText()));
    await page.getByText('emulated on SQLite').first().waitFor();

    await forDialect(page, 'SQLite');
    await atStep(page, 2);
    assert.match(await calls(page).first().innerText(), /_alembic_tmp_patients/);
    await page.getByText('ran on SQLite').first().waitFor();
    assert.equal(await page.getByText('The replayed schema and the database disagree').count(), 0);

    await forDialect(page, 'MySQL');
    assert.match(await calls(page).first().innerText(), /ALTER TABLE patients MODIFY name VARCHAR\(120\)/);
    await forDialect(page, 'as its files say');
    assert.match(await calls(page).first().innerText(), /ALTER TABLE patients ALTER COLUMN name/);
  });

  journey('a link brings the project, its dialect and the reader', async ({ page, fresh }) => {
    await chooseFiles(page, zip());
    await forDialect(page, 'SQLite');
    await seek(page, 2);
    const words = await calls(page).allInnerTexts();
    const fragment = await share(page);
    const other = await fresh();
    const loaded = loads(other);
    await openLink(other, fragment);
    assert.deepEqual(await workspace(other), { at: 2, of: 3 });
    assert.deepEqual(await calls(other).allInnerTexts(), words);
    assert.deepEqual(loaded, ['worker_python'], 'nothing else is loaded for a link with Python');
  });

  journey('a page that opens SQL loads no reader', async ({ page }) => {
    const loaded = loads(page);
    await openExample(page, 'Safety reports');
    assert.deepEqual(loaded, ['worker']);
  });

  journey('SQL opens in the worker that reads Python, once it is there', async ({ page }) => {
    const loaded = loads(page);
    await chooseFiles(page, zip());
    await page.getByRole('button', { name: 'Retort' }).click();
    await page.getByRole('link', { name: 'Safety reports' }).click();
    await until('the other chain is open', async () => (await page.title()).startsWith('safety-reports'));
    assert.equal(loaded.filter((name) => name === 'worker_python').length, 1);
  });

  journey('a program that stops shows the line and the reason', async ({ page }) => {
    const text = [
      'from alembic import op',
      'revision = "e5"',
      'down_revision = "d47e"',
      'def upgrade():',
      '    op.execute("CREATE TABLE extra (id INTEGER)")',
      '    raise RuntimeError("stop it")',
    ].join('\n');
    await chooseFiles(page, zip({ ...CLINIC, 'migrations/versions/e5.py': text }));
    await until('the stop is lit', async () => /stop it/.test(await lit(page).innerText()));
    assert.match(await lit(page).innerText(), /The program stops here/);
    assert.deepEqual(await litLines(page), ['raise RuntimeError("stop it")']);
  });
});

journeys((journey) => {
  journey('the page says what it loads, and has a way out where it cannot', async ({ page, complaints }) => {
    let cut;
    const lost = new Promise((resolve) => {
      cut = resolve;
    });
    await page.context().route(/worker_python_bg\.wasm$/, (route) => lost.then(() => route.abort()));
    await firstPage(page);
    await page.getByLabel('Choose files').setInputFiles(zip());
    await page.getByText('loading the engine with the reader of Python files').waitFor();
    cut();
    const trouble = page.getByRole('region', { name: 'Engine trouble' });
    await trouble.getByText('Could not load the engine with the reader of Python files').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Safety reports' }).click();
    await workspace(page);
    await page.getByRole('button', { name: 'Retort' }).click();

    // Later the connection is back.
    await page.context().unroute(/worker_python_bg\.wasm$/);
    await page.getByLabel('Choose files').setInputFiles(zip());
    await workspace(page);
    assert.ok(complaints.some((words) => /worker_python_bg/.test(words)));
    complaints.length = 0;
  });
});

// The examples: systems as their owners told of them, each opened from its card.

import assert from 'node:assert/strict';
import { journeys } from '../browser.mjs';
import { atStep, firstPage, openExample, openLink, place, refused, share, tablePick, until, workspace } from '../steps.mjs';

const MENDED = /^CNC licensing Alembic/;
const BROKEN = /^CNC licensing, broken/;

const revisions = (page) => page.getByRole('navigation', { name: 'Revisions' });
const calls = (page) => page.locator('.call-list > li');

/** What is said of the call that gave a statement; it may be out of sight, where the browser has no inner text. */
const callOf = (page, words) => calls(page).filter({ hasText: words }).first().textContent();

async function walk(page, key, positions) {
  for (const at of positions) {
    await page.keyboard.press(key);
    await atStep(page, at);
    assert.equal(await page.getByText('The replayed schema and the database disagree').count(), 0, `at ${at}`);
  }
}

journeys((journey) => {
  journey('the broken chain opens on what is wrong, each with a way out', async ({ page }) => {
    assert.deepEqual(await openExample(page, BROKEN), { at: 3, of: 3 });
    const problems = page.getByRole('tabpanel', { name: /^Problems/ });
    const errors = problems.locator('.problem.bad');
    assert.equal(await errors.count(), 4);
    const words = await errors.allInnerTexts();
    assert.match(words[0], /20250817_2045_task_32_enterprise_sessions_table[^]*does not exist/);
    assert.match(words[0], /Help: Name `20250817-2045-task-32-enterprise-sessions-table`/);
    assert.match(words[1], /Add the file of `20250817_2200_task_36_magic_links_table`/);
    for (const problem of await problems.locator('.problem').allInnerTexts()) assert.match(problem, /Help: /);
    const all = await problems.innerText();
    for (const said of [/room for 32/, /has a `-`/, /wal_buffers/, /shared_buffers/, /max_connections/]) {
      assert.match(all, said);
    }
    assert.equal(await revisions(page).getByText('not run').count(), 11);

    // From what is wrong to the line that is.
    await errors.first().getByRole('button', { name: /^migrations\/versions\// }).click();
    const line = page.locator('#wanted-line');
    await line.waitFor();
    assert.match(await line.innerText(), /^\d*\s*down_revision = "20250817_2045_task_32_enterprise_sessions_table"/);
  });

  journey('the mended chain: fifteen steps down and up, and a link into the middle', async ({ page, fresh }) => {
    assert.deepEqual(await openExample(page, MENDED), { at: 15, of: 15 });
    const steps = Array.from({ length: 15 }, (_, at) => at);
    await walk(page, 'ArrowLeft', [...steps].reverse());
    await page.getByText('Round trip:').waitFor();
    // A link tells a way up from base or down from a peak.
    await page.keyboard.press('Home');
    await page.getByRole('heading', { level: 2, name: 'Base' }).waitFor();
    await walk(page, 'ArrowRight', steps.slice(0, 9).map((at) => at + 1));
    // Money is never FLOAT, and TRY is the first of the currencies.
    const invoices = await callOf(page, 'CREATE TABLE invoices');
    assert.match(invoices, /NUMERIC\(\d+, \d+\)/);
    assert.match(invoices, /'TRY'/);
    assert.doesNotMatch(invoices, /FLOAT|DOUBLE/);

    const fragment = await share(page);
    const other = await fresh();
    await openLink(other, fragment);
    assert.deepEqual(await workspace(other), { at: 9, of: 15 });
    assert.equal(await callOf(other, 'CREATE TABLE invoices'), invoices);
  });

  journey('what SQLite has no notion of is left out, with the reason', async ({ page }) => {
    assert.deepEqual(await openExample(page, 'Corporate intel'), { at: 1, of: 1 });
    for (const [statement, reason] of [
      ['CREATE EXTENSION IF NOT EXISTS "timescaledb"', /the extension `timescaledb` does not exist for SQLite/],
      ["create_hypertable('financial_metrics'", /not run: `create_hypertable` is of the extension `timescaledb`/],
      ['add_retention_policy', /old rows stay until they are deleted/],
      ['USING ivfflat', /SQLite has no ivfflat index/],
    ]) {
      const words = await callOf(page, statement);
      assert.match(words, reason);
      assert.match(words, /dropped/);
    }
    // The rest ran: all of its tables are there.
    for (const table of ['companies', 'document_chunks', 'user_sessions']) await tablePick(page, table).waitFor();
  });

  journey('an address opens an example: row security stays in the model', async ({ page }) => {
    await openLink(page, 'example=cnc-platform');
    assert.deepEqual(await workspace(page), { at: 6, of: 6 });
    await page.keyboard.press('ArrowLeft');
    await atStep(page, 5);
    await page.keyboard.press('ArrowLeft');
    await atStep(page, 4);
    await page.keyboard.press('ArrowLeft');
    await atStep(page, 3);
    await page.keyboard.press('ArrowRight');
    await atStep(page, 4);
    assert.match(await callOf(page, 'ENABLE ROW LEVEL SECURITY'), /kept in the model/);
  });

  journey('an example that is not there, or does not arrive, is refused in words', async ({ page, complaints }) => {
    await openLink(page, 'example=nope');
    assert.equal(await refused(page), 'No such example');
    await page.getByRole('button', { name: 'Back to the first page' }).click();

    await page.context().route(/examples\/cnc-platform\//, (route) => route.abort());
    await firstPage(page);
    await page.getByRole('link', { name: 'CNC platform' }).click();
    assert.equal(await refused(page), 'The example did not arrive');
    assert.equal(await place(page), null);
    assert.ok(complaints.length > 0);
    complaints.length = 0;

    // Later the connection is back.
    await page.context().unroute(/examples\/cnc-platform\//);
    await page.getByRole('button', { name: 'Back to the first page' }).click();
    await page.getByRole('link', { name: 'CNC platform' }).click();
    await until('it is open', async () => (await page.title()).startsWith('cnc-platform'));
  });
});

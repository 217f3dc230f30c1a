// What a person does on the page, by the names that a person sees or hears.

import assert from 'node:assert/strict';
import { ADDRESS } from './browser.mjs';

/** Asks again until the answer is true; the last answer is part of the failure. */
export async function until(what, ask, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) assert.fail(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Position and number of steps, as the page's title says. */
export async function place(page) {
  const found = /step (\d+) of (\d+)/.exec(await page.title());
  return found && { at: Number(found[1]), of: Number(found[2]) };
}

export function workspace(page) {
  return until('a chain is open', () => place(page), 60_000);
}

export function atStep(page, at) {
  return until(`the page is at step ${at}`, async () => (await place(page))?.at === at);
}

export function firstPage(page) {
  return go(page, ADDRESS);
}

/**
 * Goes to an address. The first page of a fresh Chromium sometimes waits for the machine's disk or its own
 * start-up; a second try does not. A page that never comes fails all the same.
 */
async function go(page, address) {
  for (let left = 2; ; left -= 1) {
    try {
      return await page.goto(address, { waitUntil: 'domcontentloaded' });
    } catch (error) {
      if (left === 0 || error.name !== 'TimeoutError') throw error;
    }
  }
}

/** Opens an example from its card on the first page. */
export async function openExample(page, title) {
  await firstPage(page);
  await page.getByRole('link', { name: title }).click();
  return workspace(page);
}

/** Opens files as if chosen in the file dialog. */
export async function chooseFiles(page, files) {
  await firstPage(page);
  await page.getByLabel('Choose files').setInputFiles(files);
  return workspace(page);
}

/** Opens a folder as if chosen in the file dialog. */
export async function chooseFolder(page, folder) {
  await firstPage(page);
  await page.getByLabel('Choose a folder').setInputFiles(folder);
  return workspace(page);
}

/** Runs the open chain for another dialect, by the name that the page shows. */
export async function forDialect(page, name) {
  await page.getByRole('combobox', { name: 'Dialect' }).selectOption({ label: name });
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  return workspace(page);
}

export async function paste(page, sql, dialect) {
  await firstPage(page);
  await page.getByRole('textbox', { name: 'SQL' }).fill(sql);
  if (dialect) await page.getByRole('combobox', { name: 'Dialect' }).selectOption(dialect);
  await page.getByRole('button', { name: 'Run' }).click();
}

export async function openLink(page, fragment) {
  await page.goto('about:blank');
  await go(page, `${ADDRESS}#${fragment}`);
}

/** Makes the link of the present state and returns what follows its `#`. */
export async function share(page) {
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this state' });
  const address = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await dialog.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return address.slice(address.indexOf('#') + 1);
}

/** The inspector's button for a table, while none is selected. What the step did to the table is said before its name. */
export function tablePick(page, table) {
  const name = new RegExp(`^(added|changed)? ?${table}$`);
  return page.getByRole('complementary', { name: 'Inspector' }).getByRole('button', { name });
}

/** Previews the delete of a row of a table; the inspector may first have to be brought up. */
export async function cascadeOf(page, table, row) {
  const pick = tablePick(page, table);
  const inspector = page.getByRole('button', { name: 'Inspector', exact: true });
  const pane = page.getByRole('button', { name: 'Inspect', exact: true });
  for (const way of [inspector, pane]) if (!(await pick.isVisible()) && (await way.isVisible())) await way.click();
  await pick.click();
  await tab(page, 'Rows').click();
  await page.getByRole('button', { name: /^Choose row/ }).nth(row).click();
  await page.getByRole('button', { name: 'Preview delete' }).click();
  const effects = page.getByRole('list', { name: 'Effects in order' });
  await effects.waitFor();
  return effects;
}

export function tab(page, name) {
  return page.getByRole('tab', { name: new RegExp(`^${name}`) });
}

/** Brings up the console and types into it. */
export async function typeSql(page, sql) {
  await tab(page, 'Console').click();
  const field = sqlField(page);
  await field.fill(sql);
  return field;
}

/** The console's field; the first page has one of the same name. */
export function sqlField(page) {
  return page.getByRole('tabpanel', { name: 'Console' }).getByRole('textbox', { name: 'SQL' });
}

/** Runs what is in the console by its button; its result. */
export async function runSql(page, sql) {
  await typeSql(page, sql);
  await page.getByRole('tabpanel', { name: 'Console' }).getByRole('button', { name: 'Run' }).click();
  return page.getByRole('group', { name: 'Result' });
}

/** The refusal page; its heading. */
export async function refused(page) {
  const back = page.getByRole('button', { name: 'Back to the first page' });
  await back.waitFor();
  const heading = await page.getByRole('main').filter({ has: back }).getByRole('heading', { level: 1 }).innerText();
  assert.notEqual(heading.trim(), '');
  return heading;
}

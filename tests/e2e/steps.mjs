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
  return page.goto(ADDRESS);
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

export async function paste(page, sql, dialect) {
  await firstPage(page);
  await page.getByRole('textbox', { name: 'SQL' }).fill(sql);
  if (dialect) await page.getByRole('combobox', { name: 'Dialect' }).selectOption(dialect);
  await page.getByRole('button', { name: 'Run' }).click();
}

export async function openLink(page, fragment) {
  await page.goto('about:blank');
  await page.goto(`${ADDRESS}#${fragment}`);
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

export function tab(page, name) {
  return page.getByRole('tab', { name: new RegExp(`^${name}`) });
}

/** The refusal page; its heading. */
export async function refused(page) {
  const back = page.getByRole('button', { name: 'Back to the first page' });
  await back.waitFor();
  const heading = await page.getByRole('heading', { level: 1 }).innerText();
  assert.notEqual(heading.trim(), '');
  return heading;
}

// A link brings back what was shared; a bad one is refused in words.

import assert from 'node:assert/strict';
import { journeys } from '../browser.mjs';
import { hostileLinks, shop } from '../chains.mjs';
import {
  atStep,
  chooseFiles,
  openExample,
  openLink,
  place,
  refused,
  share,
  sqlField,
  typeSql,
  workspace,
} from '../steps.mjs';

journeys((journey) => {
  journey('a shared link opens the same state in another browser', async ({ page, fresh }) => {
    await chooseFiles(page, shop());
    await page.keyboard.press('End');
    await atStep(page, 3);
    await typeSql(page, 'SELECT count(*) FROM orders');
    await page.getByRole('button', { name: 'Downgrade one step' }).click();
    await atStep(page, 2);
    const fragment = await share(page);
    assert.match(fragment, /^1\.d\.[A-Za-z0-9_-]+$/);

    const other = await fresh();
    await openLink(other, fragment);
    assert.deepEqual(await workspace(other), { at: 2, of: 3 });
    assert.equal(await sqlField(other).inputValue(), 'SELECT count(*) FROM orders');
    assert.equal(await share(other), fragment);
  });

  journey('bad links are refused in words and run no script', async ({ page, fresh }) => {
    await openExample(page, 'Safety reports');
    const good = await share(page);
    for (const [what, fragment] of Object.entries(hostileLinks(good))) {
      const other = await fresh();
      await openLink(other, fragment);
      const heading = await refused(other);
      assert.equal(await place(other), null, `${what} opened a chain`);
      assert.doesNotMatch(heading, /panic|undefined|object/i, what);
      assert.equal(await other.locator('img').count(), 0, what);
    }
  });

  journey('the first page is one click away from a refusal', async ({ page }) => {
    await openLink(page, '9.x.AAAA');
    await refused(page);
    await page.getByRole('button', { name: 'Back to the first page' }).click();
    await page.getByRole('link', { name: 'Safety reports' }).click();
    await workspace(page);
  });
});

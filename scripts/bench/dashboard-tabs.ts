/**
 * Dashboards that stay open and live, each in a window of its own, in a process apart from who measures:
 *
 *     dashboard-tabs.js URL CHROMIUM, forked; it opens as many as it is told by a message, closes all at 0, and
 *     answers when they are
 */
import { openBrowser, settled } from './idle-browser.js';

const [url, executable] = process.argv.slice(2) as [string, string];
const browser = await openBrowser(executable);
const PAGES = ['', 'decisions'];

process.on('message', async (wanted: number) => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await Promise.all(
    Array.from({ length: wanted }, async (_, i) => {
      // Of two tabs of a window only one would be seen, and one that is not seen follows nothing.
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${url}/#/${PAGES[i % PAGES.length]}`);
      await settled(page);
    }),
  );
  process.send!(wanted);
});
process.once('disconnect', () => void browser.close());

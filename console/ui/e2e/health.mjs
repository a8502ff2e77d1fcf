// Looks at a service of which an endpoint gets no requests, in Debian's Chromium, in English and Chinese.
//
//   node e2e/health.mjs URL TOKEN HOST-OF-THE-SERVICE TEXT [DIRECTORY for screenshots]
//
// Ends with 0 when the page says of TEXT (an endpoint, or who counts) that something is ejected; otherwise with 1.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, token, host, text, shots] = process.argv.slice(2);
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) => existsSync(it));
const wrong = [];
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
for (const [language, ejected, some] of [['en', /ejected/, /get no requests|gets no requests/], ['zh', /已驱逐/, /不再向/]]) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: language === 'zh' ? 'dark' : 'light' });
  await context.addInitScript(([kept, said]) => {
    localStorage.setItem('heddle.language', said);
    sessionStorage.setItem('heddle.token', kept);
  }, [token, language]);
  const page = await context.newPage();
  page.on('pageerror', (it) => wrong.push(`${page.url()} throws ${it.message}`));
  page.setDefaultTimeout(20_000);
  await page.goto(`${base}/services/${host}`);
  // What is told of it: the row of the endpoint, or the line of the proxy that counts.
  const told = page.locator('tr, li').filter({ hasText: text }).filter({ hasText: ejected }).first();
  await told.waitFor().catch(() => wrong.push(`${language}: nothing is said to be ejected beside ${text}`));
  if (shots) await page.screenshot({ path: `${shots}/health-${language}.png`, fullPage: true });
  await page.goto(`${base}/services`);
  const row = page.locator('tr').filter({ hasText: host }).getByTitle(some);
  await row.waitFor().catch(() => wrong.push(`${language}: the list does not tell of it`));
  if (!(await row.textContent().catch(() => '')).includes('1 / 2')) wrong.push(`${language}: of two endpoints one is well`);
  await context.close();
}
await browser.close();
wrong.forEach((it) => console.log(`WRONG ${it}`));
process.exit(wrong.length > 0 ? 1 : 0);

// Looks at a service of which an endpoint gets no requests, in Debian's Chromium, in English and Chinese.
//
//   node e2e/health.mjs URL TOKEN HOST-OF-THE-SERVICE TEXT [DIRECTORY for screenshots]
//
// Ends with 0 when the page says of TEXT (an endpoint, or who counts) that something is ejected, and the start page, too; otherwise with 1.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, token, host, text, shots] = process.argv.slice(2);
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) => existsSync(it));
const wrong = [];
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
const WORDS = [
  ['en', /ejected/, /get no requests|gets no requests/, '1 of 2 endpoints of shop.mesh gets no requests'],
  ['zh', /已驱逐/, /不再向/, 'shop.mesh 的 2 个端点中有 1 个收不到'],
];
for (const [language, ejected, some, title] of WORDS) {
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
  // The start page says the same, and leads to the very place.
  await page.goto(base);
  const problem = page.locator('li').filter({ hasText: title }).filter({ hasText: text }).filter({ hasText: ejected });
  await problem.waitFor().catch(() => wrong.push(`${language}: the start page does not tell of it`));
  if (shots) await page.screenshot({ path: `${shots}/health-start-${language}.png`, fullPage: true });
  await problem.getByRole('link').click();
  await told.waitFor().catch(() => wrong.push(`${language}: the start page does not lead to it`));
  await page.waitForTimeout(500);
  const top = (await page.locator('#endpoints').boundingBox())?.y ?? -1;
  if (top < 0 || top > 880) wrong.push(`${language}: the endpoints are out of sight (${top})`);
  await context.close();
}
await browser.close();
wrong.forEach((it) => console.log(`WRONG ${it}`));
process.exit(wrong.length > 0 ? 1 : 0);

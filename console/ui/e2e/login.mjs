// Signs in to the console in Debian's Chromium at a provider that knows ann and bob (password: secret), of
// whom only ann is in a group with a role; and as root, who has an account of the control plane.
//
//   node e2e/login.mjs URL PASSWORD-OF-ROOT [DIRECTORY for screenshots]
//
// Without root where his password is ''.
//
// Ends with 0, or with 1 and what was not as it should be.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, password, shots] = process.argv.slice(2);
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) => existsSync(it));
const wrong = [];
const check = (isSo, what) => isSo || wrong.push(what);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

async function tab(language, scheme) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, colorScheme: scheme });
  await context.addInitScript((said) => localStorage.setItem('heddle.language', said), language);
  const page = await context.newPage();
  page.on('pageerror', (it) => wrong.push(`${page.url()} throws ${it.message}`));
  page.setDefaultTimeout(20_000);
  return page;
}

const shoot = (page, name) => shots && page.screenshot({ path: `${shots}/${name}.png` });
const sees = (page, text) => page.getByText(text).first().waitFor().then(() => true, () => false);

async function atProvider(page, user) {
  await page.locator('input[name=username]').fill(user);
  await page.locator('input[name=password]').fill('secret');
  await page.locator('button[type=submit]').click();
}

const ann = await tab('en', 'light');
await ann.goto(`${base}/rules?ns=shop`);
await ann.getByRole('button', { name: /^Sign in with 127/ }).waitFor();
await shoot(ann, 'login-provider-en');
await ann.getByRole('button', { name: /^Sign in with 127/ }).click();
await atProvider(ann, 'ann');
check(await sees(ann, 'Traffic rules'), 'ann is signed in');
check(ann.url() === `${base}/rules?ns=shop`, `the page goes on where she was, without a code: ${ann.url()}`);
check(await ann.evaluate(() => document.cookie === ''), 'there is no cookie');
await ann.getByRole('button', { name: 'Sign out' }).click();
await ann.waitForURL(`${base}/`);
check(await sees(ann, 'Sign in to Heddle'), 'ann is signed out');
await ann.getByRole('button', { name: /^Sign in with 127/ }).click();
await ann.locator('input[name=username]').waitFor();
check(true, 'she is signed out at the provider, too');
await ann.goBack();

const bob = await tab('zh', 'dark');
await bob.goto(`${base}/`);
await bob.getByRole('button', { name: /^使用 127/ }).click();
await atProvider(bob, 'bob');
check(await sees(bob, '已确认您的身份'), 'bob is told in Chinese that he has no role');
check(!bob.url().includes('code='), 'the code does not stay in the address');
await shoot(bob, 'login-refused-zh');

const stranger = await tab('en', 'light');
await stranger.goto(`${base}/signed-in?code=x&state=y`);
check(await sees(stranger, 'This login is over'), 'a link with a code signs nobody in');
await shoot(stranger, 'login-stale-en');
const other = base.replace('localhost', '127.0.0.1');
await stranger.goto(other);
await stranger.getByRole('button', { name: /^Sign in with 127/ }).click();
check(await sees(stranger, 'Please open the console under the address'), 'another address is told apart');
if (password) {
  await stranger.getByLabel('User').fill('root');
  await stranger.getByLabel('Password').fill(password);
  await stranger.getByRole('button', { name: 'Sign in', exact: true }).click();
  check(await sees(stranger, 'Accounts'), 'root signs in with a password');
}

await browser.close();
wrong.forEach((it) => console.log(`WRONG ${it}`));
process.exit(wrong.length > 0 ? 1 : 0);

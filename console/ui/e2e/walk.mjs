// Walks through the console as people do, in Debian's Chromium, against a running mesh with Bookinfo and
// traffic; causes faults, a bad change and a denied call, and expects to read of the very ones that it caused.
// This file is long because one session walks every page, and each scene needs what those before it did.
//
//   node e2e/walk.mjs URL TOKEN-FILE [DIRECTORY for screenshots [PRODUCTPAGE to visit all the time [port of xDS]]]
//
// The port of xDS is where proxies are told to send what they know, where the mesh itself has no telemetry.
// Ends with 0 and a line of counts, or with 1 and what was not as it should be.
import axe from 'axe-core';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { hostile, large, telemetry } from './meshes.mjs';

const [base, tokenFile, shots, productPage, xdsPort = '15010'] = process.argv.slice(2);
const token = readFileSync(tokenFile, 'utf8').split('\n')[0].trim();
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) => existsSync(it));
const SEEN_MILLIS = 30_000;
// How fast the page is, is bounded by frames.mjs, where nothing else runs: here a whole mesh runs beside it, and whatever
// else the machine does. This is for a page that hangs; of three times, the least counts.
const LONGEST_MILLIS = 8_000;
const REVIEWS = 'reviews.default.svc.cluster.local';
if (shots) mkdirSync(shots, { recursive: true });

let checks = 0;
const wrong = [];
function check(isSo, what) {
  checks += 1;
  if (!isSo) {
    wrong.push(what);
    console.log(`WRONG ${what}`);
  }
}

async function api(path, body) {
  const answer = await fetch(base + path, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return answer.json();
}

async function until(what, ask, millis = SEEN_MILLIS) {
  const end = Date.now() + millis;
  while (Date.now() < end) {
    if (await ask()) {
      check(true, what);
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  check(false, `${what} (waited ${millis / 1000} s)`);
  return false;
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

/** A tab in that theme and language; whatever it complains about is wrong. */
async function tab({ scheme = 'light', language = 'en', width = 1360, height = 900, by = token } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' });
  await context.addInitScript(
    ([kept, said]) => {
      if (location.protocol === 'about:') return;
      if (kept && !sessionStorage.getItem('heddle.token.given')) {
        sessionStorage.setItem('heddle.token', kept);
        sessionStorage.setItem('heddle.token.given', 'yes');
      }
      localStorage.setItem('heddle.language', said);
      document.addEventListener('securitypolicyviolation', (it) => console.error(`policy: ${it.violatedDirective} ${it.blockedURI}`));
    },
    [by, language],
  );
  const page = await context.newPage();
  page.on('console', (it) => {
    // A refusal that the page asked for and shows is no mistake of the page.
    if (it.type() === 'error' && !/status of (4\d\d|503)/.test(it.text())) check(false, `${page.url()} says ${it.text()}`);
  });
  page.on('pageerror', (it) => check(false, `${page.url()} throws ${it.message}`));
  page.setDefaultTimeout(10_000);
  return page;
}

const go = async (page, path) => {
  await page.goto(base + path);
  await page.waitForLoadState('networkidle').catch(() => undefined);
};
const says = (page, text, scope = 'body') => page.locator(scope).filter({ hasText: text }).first().waitFor().then(() => true, () => false);

async function looksWell(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(over <= 0, `${name}: ${over} pixels wider than the window`);
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const it of found.violations.filter((v) => ['serious', 'critical'].includes(v.impact))) {
    check(false, `${name}: ${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);
  }
  check(true, name);
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
}

const visiting = { on: productPage !== undefined };
async function visit() {
  while (visiting.on) {
    await fetch(productPage).then((answer) => answer.text(), () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
void visit();

const scenes = {
  async 'there is traffic, and proxies tell of it'() {
    const isTold = async () => ((await api('/api/v1/signals?seconds=60')).signals ?? []).some((it) => it.service === REVIEWS && it.requests > 20);
    const end = Date.now() + 12_000;
    while (Date.now() < end && !(await isTold())) await new Promise((resolve) => setTimeout(resolve, 1_000));
    if (!(await isTold())) await api('/api/v1/transactions', { apply: [{ from: 'telemetry.yaml', text: telemetry(xdsPort) }], message: 'walk: telemetry' });
    await until('reviews is called', isTold, 60_000);
  },

  async 'a stranger signs in, or comes by the link of the command line'() {
    const page = await tab({ by: '' });
    await go(page, '/services');
    check(await says(page, 'Sign in to Heddle'), 'a stranger sees the sign-in');
    await looksWell(page, 'login');
    await page.getByLabel('User').fill('nobody');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    check(await says(page, 'The name or the password is wrong'), 'a wrong password is told');
    check((await page.getByLabel('Password').inputValue()) === '', 'a wrong password does not stay');
    await page.goto('about:blank');
    await go(page, `/services#token=${token}`);
    check(await says(page, 'reviews.default'), 'the link signs in');
    check(!page.url().includes('token'), 'the token does not stay in the address');
    check(await page.evaluate(() => document.cookie === ''), 'there is no cookie');
    await page.getByRole('button', { name: 'Sign out' }).click();
    check(await says(page, 'Sign in to Heddle'), 'signing out ends the session');
    await page.context().close();
  },

  async 'every page, in both themes and languages, also on a tablet'() {
    const proxy = (await api('/api/v1/proxies')).proxies.find((it) => it.id.includes('reviews-v1'));
    let log;
    await until('a call is told of', async () => (log = (await api('/api/v1/logs?limit=1')).entries?.[0]));
    const places = {
      start: '/', topology: '/topology', services: '/services', service: `/services/${REVIEWS}`, proxies: '/proxies',
      proxy: `/proxies/${encodeURIComponent(proxy.id)}`, rules: '/rules', rule: '/rules/virtualservices/default/bookinfo',
      'new-rule': '/rules/new', history: '/history', stage: '/stage', version: '/history/2', logs: '/logs', trace: `/traces/${log.requestId}`,
      explain: '/explain', security: '/security', certificates: '/certificates', accounts: '/accounts', audit: '/audit', nowhere: '/nowhere',
    };
    for (const [scheme, language, width] of [['light', 'en', 1360], ['dark', 'zh', 1360], ['light', 'zh', 800]]) {
      const page = await tab({ scheme, language, width });
      for (const [name, path] of Object.entries(places)) {
        await go(page, path);
        await page.locator('h1').waitFor();
        await looksWell(page, `${name}-${scheme}-${language}-${width}`);
      }
      await page.context().close();
    }
  },

  async 'the first view is there at once'() {
    const times = [];
    for (let i = 0; i < 3; i++) {
      const page = await tab();
      const start = Date.now();
      await page.goto(`${base}/`);
      await page.locator('.stats').waitFor();
      times.push(Date.now() - start);
      await page.context().close();
    }
    const millis = Math.min(...times);
    console.log(`first view after ${millis} ms`);
    check(millis < LONGEST_MILLIS, `the first view took ${times.join(', ')} ms`);
  },

  async 'keys lead everywhere'() {
    const page = await tab();
    await go(page, '/');
    // Nobody presses a key before there is a page.
    await page.locator('.stats').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('reviews service');
    await page.getByRole('option', { name: 'reviews' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/services\/reviews/);
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.waitForURL(/\/proxies/);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    check((await page.getByRole('dialog').count()) === 0, 'Escape closes the palette');
    await page.goBack();
    check(/\/services\/reviews/.test(page.url()), 'the way back leads back');
    await page.context().close();
  },

  async 'numbers are those of the API'() {
    const page = await tab();
    await go(page, '/services?range=5m');
    for (const name of ['reviews', 'ratings', 'details', 'productpage']) {
      const row = page.locator('tr', { hasText: `${name}.default` });
      await until(`${name} has calls`, async () => /\d\/s/.test(await row.innerText()));
    }
    await go(page, `/services/${REVIEWS}?range=5m`);
    for (const version of ['v1', 'v2', 'v3']) check(await says(page, version, '.panel'), `reviews has ${version}`);
    await go(page, '/proxies');
    const proxies = (await api('/api/v1/proxies')).proxies.filter((it) => it.connected).length;
    check((await page.locator('tbody tr', { hasText: 'in sync' }).count()) === proxies, `${proxies} proxies are in sync`);
    await go(page, '/topology?range=5m');
    await page.locator('.map-node').first().waitFor();
    const graph = await api('/api/v1/graph?seconds=300');
    check((await page.locator('.map-node').count()) === graph.nodes.length, `${graph.nodes.length} workloads are in the picture`);
    await page.locator('.map-node', { hasText: 'reviews-v2' }).click();
    check(await says(page, 'DestinationRule', '.side'), 'the panel names the policy');
    check(await says(page, /04-destination-rules\.yaml:\d+/, '.side'), 'with its file and line');
    check(page.url().includes('node='), 'the choice stands in the address');
    await page.context().close();
  },

  async 'a mistake is told while it is written, and cannot be applied'() {
    const page = await tab();
    await go(page, '/rules/new');
    const text = page.getByLabel('YAML', { exact: true });
    await text.fill((await text.inputValue()).replace('timeout: 3s', 'timeuot: 3s'));
    check(await says(page, /timeuot/, '.list'), 'the finding names the field');
    check(await says(page, 'new.yaml:11', '.list'), 'and its line');
    check(await page.getByRole('button', { name: 'Apply' }).isDisabled(), 'there is no way to apply it');
    await page.context().close();
  },

  async 'a form and its YAML edit each other, and what the form makes is in force'() {
    const page = await tab();
    await go(page, '/rules/new');
    const yaml = page.getByLabel('YAML', { exact: true });
    await yaml.fill(SPLIT);
    const weights = page.getByLabel('weight', { exact: true });
    check((await weights.first().inputValue()) === '90', 'the form has what the YAML says');
    await weights.first().fill('60');
    await weights.last().fill('40');
    await page.getByLabel('subset', { exact: true }).last().fill('v9');
    check(/weight: 60\b/.test(await yaml.inputValue()) && /weight: 40\b/.test(await yaml.inputValue()), 'the YAML has what the form says');
    check((await yaml.inputValue()).includes('# the way to v3'), 'a comment stays');
    check(await says(page, /v9/, '.list'), 'a subset that is not there is found while one writes');
    await page.getByLabel('subset', { exact: true }).last().fill('v3');
    await page.getByRole('button', { name: 'Add headers' }).last().click();
    await page.getByRole('button', { name: 'Add response' }).click();
    await page.getByLabel('Another field').last().selectOption('set');
    await page.getByLabel('New name in set').fill('x-walk');
    await page.keyboard.press('Enter');
    await page.getByLabel('set x-walk').fill('form');
    check(await says(page, 'VirtualService default/walk-reviews: created'), 'the plan says what comes');
    if (shots) await page.screenshot({ path: `${shots}/form.png`, fullPage: true });
    await looksWell(page, 'form-page');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/virtualservices\/default\/walk-reviews/);
    const it = (await api('/api/v1/resources/virtualservices/default/walk-reviews')).resource.spec.http[0];
    check(it.route[0].weight === 60 && it.route[1].weight === 40 && it.headers.response.set['x-walk'] === 'form', 'the mesh has what the form says');
    await until('v3 gets its part and v2 none', async () => {
      const signals = (await api('/api/v1/signals?by=version&seconds=10')).signals ?? [];
      const of = (version) => signals.find((it) => it.service === REVIEWS && it.version === version)?.requests ?? 0;
      return of('v1') > 0 && of('v3') > 0 && of('v2') === 0;
    }, 60_000);
    await api('/api/v1/transactions', { delete: [{ plural: 'virtualservices', namespace: 'default', name: 'walk-reviews' }], message: 'walk: the form is done' });
    await page.context().close();
  },

  async 'a change goes in stages, and the page says how far it is'() {
    const page = await tab();
    await go(page, '/stage');
    check(await says(page, /No change is on its way|is in force|was taken back/), 'nothing is on its way');
    await go(page, '/rules/new');
    await page.getByLabel('YAML', { exact: true }).fill(SPLIT.replaceAll('walk-reviews', 'walk-stages'));
    await page.getByLabel('Why? (goes into the history)').fill('walk: v3 by and by');
    await page.getByLabel('in stages').check();
    check(await says(page, 'VirtualService default/walk-stages: created'), 'the plan says what comes');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/\/stage/);
    check(await says(page, 'walk: v3 by and by'), 'the page of stages says why');
    await until('a stage is watched', async () => ['holding', 'promoting'].includes((await api('/api/v1/stage')).state));
    const stage = await api('/api/v1/stage');
    check(await says(page, `${stage.proxies.length} prox`), 'and how many proxies have it');
    await looksWell(page, 'stage-under-way');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    check(await says(page, 'was taken back'), 'it is taken back');
    check(!(await api('/api/v1/resources/virtualservices/default/walk-stages')).resource, 'and is nowhere');
    await page.context().close();
  },

  async 'a proxy logs and drains as its page says, and stock Envoy is said to take no orders'() {
    const page = await tab();
    const proxy = (await api('/api/v1/proxies')).proxies.find((it) => it.id.includes('details-v1'));
    const orders = async () => (await api('/api/v1/proxies')).proxies.find((it) => it.id === proxy.id).orders;
    await go(page, `/proxies/${encodeURIComponent(proxy.id)}`);
    await page.getByLabel('Level').selectOption('debug');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    if (proxy.kind !== 'heddle') {
      check(await says(page, 'its admin port alone changes what it logs'), 'stock Envoy takes no level');
      await page.getByRole('button', { name: 'Drain' }).click();
      await page.getByRole('button', { name: 'Yes, do it' }).click();
      check(await says(page, 'POST /healthcheck/fail at its admin port', '.failure'), 'and says what does instead');
    } else {
      check(await says(page, /from debug on, until/), 'the level is set for a while');
      await page.getByRole('button', { name: 'Drain' }).click();
      await page.getByRole('button', { name: 'Yes, do it' }).click();
      check(await says(page, 'Take requests again'), 'it drains');
      check((await orders()).draining, 'so says the API');
      await looksWell(page, 'proxy-orders');
      await page.getByRole('button', { name: 'Take requests again' }).click();
      await page.getByRole('button', { name: 'Take back' }).click();
      check(await says(page, 'as it was started'), 'and all is taken back');
      await until('so says the API', async () => !(await orders()).draining && !(await orders()).logLevel);
    }
    await page.context().close();
  },

  async 'the picture goes back in time'() {
    const page = await tab();
    await go(page, '/topology?range=1m');
    await page.locator('.map-node').first().waitFor();
    await page.getByLabel('Moment').press('ArrowLeft');
    await page.waitForURL(/at=/);
    check(await says(page, /Until /, '.bar'), 'the bar says until when');
    await page.getByLabel('How far back').selectOption('7d');
    await page.getByLabel('Moment').press('Home');
    check(await says(page, 'No calls were seen in this time'), 'a week ago there was nothing');
    await looksWell(page, 'topology-past');
    await page.getByTitle('Back to now').click();
    await page.locator('.map-node').first().waitFor();
    check(!page.url().includes('at='), 'and back to now');
    await page.context().close();
  },

  async 'a fault is seen on every page that it is about, and goes by a rollback'() {
    const page = await tab();
    const before = (await api('/api/v1/version')).version;
    await go(page, '/rules/new');
    await page.getByLabel('YAML', { exact: true }).fill(FAULT);
    await page.getByLabel('Why? (goes into the history)').fill('walk: ratings fail');
    check(await says(page, 'VirtualService default/walk-ratings: created'), 'the plan says what comes');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/virtualservices\/default\/walk-ratings/);
    await until('every proxy runs it', async () => (await api('/api/v1/version')).proxiesInSync >= 7);
    await go(page, '/?range=1m');
    await until('the start page says that what was named instead fails', async () => {
      await page.reload();
      return says(page, /% of the calls of walk\.internal fail/, '.list');
    }, 60_000);
    if (shots) await page.screenshot({ path: `${shots}/start-fault.png` });
    check(await says(page, 'walk: ratings fail'), 'and what changed just before');
    await go(page, '/logs?flag=FI&errors=1');
    await until('the failed calls are there with their flag', async () => (await page.locator('.tag', { hasText: 'FI' }).count()) > 0 || (await page.reload(), false));
    if (shots) await page.screenshot({ path: `${shots}/logs-fault.png` });
    await page.locator('.logs button.plain').first().click();
    await page.getByRole('link', { name: 'Why, and the whole trace' }).click();
    check(await says(page, '503', '.why'), 'why says the code');
    if (shots) await page.screenshot({ path: `${shots}/trace-fault.png` });
    await go(page, `/history/${before}`);
    await page.getByRole('button', { name: 'Roll back to it' }).click();
    check(await says(page, 'walk-ratings'), 'the plan of the rollback names the rule');
    await page.getByRole('button', { name: 'Roll back to it' }).last().click();
    check(await says(page, /Done: version \d+ is in force/), 'the rollback is done');
    await go(page, '/rules?q=walk-ratings');
    check(await says(page, 'There is no such resource'), 'the rule is gone');
    await page.context().close();
  },

  async 'a denied call is told with the policy that denies it'() {
    const page = await tab();
    await api('/api/v1/transactions', { apply: [{ from: 'walk.yaml', text: DENIAL }], message: 'walk: details is closed' });
    await go(page, '/security');
    check(await says(page, 'default/walk-details'), 'the policy is listed');
    check(await says(page, 'DENY'), 'with what it does');
    await until('the denied call is there', async () => (await says(page, /GET \/details/, '.list')) || (await page.reload(), false));
    if (shots) await page.screenshot({ path: `${shots}/security-denied.png` });
    await api('/api/v1/transactions', { delete: [{ plural: 'authorizationpolicies', namespace: 'default', name: 'walk-details' }] });
    await page.context().close();
  },

  async 'who may only look is offered nothing else'() {
    const answer = await fetch(`${base}/api/v1/users/walker`, {
      method: 'PUT', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ roles: ['viewer:default'] }),
    });
    check(answer.ok, 'an account is made');
    const made = await api('/api/v1/tokens', { user: 'walker', label: 'walk', seconds: 600 });
    const page = await tab({ by: made.token });
    await go(page, '/rules');
    await page.locator('tbody tr').first().waitFor();
    check((await page.getByRole('link', { name: 'New rule' }).count()) === 0, 'no new rule');
    check((await page.getByRole('link', { name: 'Accounts' }).count()) === 0, 'no accounts');
    check((await page.locator('tbody', { hasText: 'istio-system' }).count()) === 0, 'nothing of another namespace');
    await go(page, '/rules/virtualservices/default/bookinfo');
    check(await says(page, 'read only'), 'YAML is read only');
    await go(page, '/audit');
    check(await says(page, /needs the role admin/), 'what is not his is refused in words');
    await page.context().close();
    await fetch(`${base}/api/v1/users/walker`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}`, 'X-Heddle': '1' } });
  },

  async 'names that want to be more stay text'() {
    const page = await tab();
    await page.addInitScript(() => {
      window.hacked = 0;
    });
    await page.route('**/api/v1/services', (route) => route.fulfill({ json: hostile.services }));
    await page.route('**/api/v1/overview', (route) => route.fulfill({ json: hostile.overview }));
    await page.route('**/api/v1/graph**', (route) => route.fulfill({ json: hostile.graph }));
    for (const path of ['/', '/services', '/topology']) {
      await go(page, path);
      check(await says(page, '<img src=x onerror=hacked=1>'), `${path} shows the name as it is`);
      check((await page.locator('img[src="x"]').count()) === 0 && (await page.evaluate(() => window.hacked)) === 0, `${path} runs nothing of it`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(over <= 0, `${path} keeps a name of 10 KB in its place (${over})`);
    }
    await page.context().close();
  },

  // How fluid they are is measured by frames.mjs, too.
  async 'three hundred services and a thousand edges are shown'() {
    const page = await tab();
    await page.route('**/api/v1/graph**', (route) => route.fulfill({ json: large(300, 1000) }));
    const times = [];
    for (let i = 0; i < 3; i++) {
      await go(page, '/services');
      const start = Date.now();
      await page.goto(`${base}/topology`);
      await page.locator('.map-node').first().waitFor();
      times.push(Date.now() - start);
    }
    console.log(`300 services, 1,000 edges: interactive after ${Math.min(...times)} ms`);
    check(Math.min(...times) < LONGEST_MILLIS, `interactive after ${times.join(', ')} ms`);
    if (shots) await page.screenshot({ path: `${shots}/topology-large.png` });
    await page.locator('input[type=search]').fill('ns:team-3 errors>5');
    await page.waitForTimeout(800);
    check((await page.locator('.map-node').count()) < 300, 'the language thins it out');
    await page.context().close();
  },
};

const SPLIT = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: walk-reviews, namespace: default}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews, subset: v1}
      weight: 90
    # the way to v3
    - destination: {host: reviews, subset: v3}
      weight: 10
`;
const FAULT = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: walk-ratings
  namespace: default
spec:
  hosts: [ratings]
  http:
  - fault:
      abort: {httpStatus: 503, percentage: {value: 40}}
    route:
    - destination: {host: walk.internal, port: {number: 80}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: walk-internal, namespace: default}
spec:
  hosts: [walk.internal]
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP}]
  endpoints: [{address: 127.0.0.1, ports: {http: 1}}]
`;
const DENIAL = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: walk-details, namespace: default}
spec:
  selector: {matchLabels: {app: details}}
  action: DENY
  rules:
  - to: [{operation: {methods: [GET]}}]
`;

const wanted = process.env.SCENES?.split(',');
for (const [name, scene] of Object.entries(scenes)) {
  if (wanted && !wanted.some((it) => name.includes(it))) continue;
  const start = Date.now();
  try {
    await scene();
  } catch (e) {
    check(false, `${name}: ${e instanceof Error ? e.message.split('\n').slice(0, 3).join(' ') : e}`);
  }
  console.log(`${((Date.now() - start) / 1000).toFixed(1)} s  ${name}`);
}
visiting.on = false;
await browser.close();
console.log(`${checks - wrong.length} as they should be, ${wrong.length} not`);
process.exit(wrong.length === 0 ? 0 : 1);

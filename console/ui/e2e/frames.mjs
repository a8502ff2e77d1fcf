// Measures in Debian's Chromium what the console costs a browser: its first view, and a topology of 300 services
// and 1,000 edges that is panned and zoomed. The page is served by this script, with answers that are made up, so
// nothing but the page is measured.
//
//   node e2e/frames.mjs BUILT-PAGE [DIRECTORY for a screenshot and the trace]
//
// BUILT-PAGE is what console/ui/build.sh makes. Prints a line for each figure; ends with 1 where one is out of bounds.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { large } from './meshes.mjs';

const [built, out] = process.argv.slice(2);
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) => existsSync(it));
const FRAME_MILLIS = 1_000 / 60;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const ROUNDS = 3;

const mesh = { version: 7, since: '2026-01-31T12:00:00Z', rootNamespace: 'istio-system', proxies: 2, proxiesInSync: 2, proxiesOnVersion: 2, errors: 0, warnings: 0, bugs: 0 };
const answers = {
  whoami: { name: 'anna', roles: ['admin:*'], password: true, provider: false }, version: mesh,
  overview: { mesh, services: [], proxies: [], resources: [], findings: [] }, signals: { from: '', to: '', by: 'service', signals: [] },
  series: { by: 'service', points: [] }, certificates: { at: '', certificates: [], workloads: [] }, versions: { versions: [] }, graph: large(300, 1_000),
};

const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (path.startsWith('/api/v1/')) {
    const answer = answers[path.slice('/api/v1/'.length)];
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: { what: path, where: '', next: '' } }));
    return;
  }
  const file = extname(path) ? path : '/index.html';
  const packed = existsSync(join(built, `${file}.gz`));
  response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain', ...(packed && { 'Content-Encoding': 'gzip' }) });
  response.end(readFileSync(join(built, packed ? `${file}.gz` : file)));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
let isGood = true;

/** Prints a figure; out of bounds, the whole fails. */
function figure(what, value, unit, most) {
  const isWithin = value <= most;
  isGood &&= isWithin;
  console.log(`${isWithin ? '     ' : 'WRONG'} ${what}: ${value} ${unit} (at most ${most})`);
}

async function tab() {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  await context.addInitScript(() => location.protocol !== 'about:' && sessionStorage.setItem('heddle.token', 'x'));
  return context.newPage();
}

/** How long it takes from the address until that is there and the page has drawn it and takes input, and what was sent. */
async function opened(page, path, place) {
  const start = Date.now();
  await page.goto(base + path);
  await page.locator(place).first().waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  const millis = Date.now() - start;
  const bytes = await page.evaluate(() => performance.getEntriesByType('resource').filter((it) => /\.(js|css)$/.test(new URL(it.name).pathname)).reduce((sum, it) => sum + it.encodedBodySize, 0));
  return { millis, kilobytes: Math.round(bytes / 1_024) };
}

/** A hand that moves: an event each frame's time, whether or not the page keeps up. */
async function paced(times, act) {
  const start = performance.now();
  for (let i = 0; i < times; i++) {
    await act(i);
    const wait = start + (i + 1) * FRAME_MILLIS - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/**
 * What Chromium's own trace says of the time in which something is done. Of frames: how many it drew, and how many were due
 * and not drawn (DroppedFrame). Of the page's main thread: processor time for each frame, and the longest task; of what
 * draws for it, as many threads as there are: processor time for each frame. That is the page's own doing, whatever else
 * runs on the machine: below the time of a frame, it is not the page that drops one.
 */
async function traced(page, act) {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame'] });
  await act();
  const trace = (await browser.stopTracing()).toString();
  const { traceEvents } = JSON.parse(trace);
  const main = traceEvents.find((it) => it.name === 'TracingStartedInBrowser')?.args.data.frames?.map((it) => it.processId) ?? [];
  const threads = traceEvents.filter((it) => it.name === 'thread_name' && it.args.name === 'CrRendererMain' && main.includes(it.pid));
  const tasks = traceEvents.filter((it) => it.name === 'RunTask' && it.tdur !== undefined && threads.some((t) => t.pid === it.pid && t.tid === it.tid));
  const draws = new Set(traceEvents.filter((it) => it.name === 'thread_name' && it.args.name === 'VizCompositorThread').map((it) => `${it.pid} ${it.tid}`));
  const drawing = traceEvents.filter((it) => it.tdur !== undefined && (it.name === 'RasterTask' || (it.name === 'RunTask' && draws.has(`${it.pid} ${it.tid}`))));
  const count = (name) => traceEvents.filter((it) => it.name === name && main.includes(it.pid)).length;
  const drawn = count('DrawFrame');
  const forEachFrame = (all) => Number((all.reduce((sum, it) => sum + it.tdur, 0) / 1_000 / Math.max(1, drawn)).toFixed(1));
  return {
    drawn, dropped: count('DroppedFrame'), trace,
    processor: forEachFrame(tasks), drawing: forEachFrame(drawing),
    longest: Number((Math.max(0, ...tasks.map((it) => it.tdur)) / 1_000).toFixed(1)),
  };
}

const least = async (once) => {
  const all = [];
  for (let i = 0; i < ROUNDS; i++) {
    const page = await tab();
    all.push(await once(page));
    await page.context().close();
  }
  return all.sort((x, y) => x.millis - y.millis)[0];
};

const first = await least((page) => opened(page, '/', '.stats'));
figure('scripts and styles before the first view, gzipped', first.kilobytes, 'KB', 400);
figure('first view', first.millis, 'ms', 1_500);
const ready = await least((page) => opened(page, '/topology', '.map-node'));
figure('300 services and 1,000 edges: until one can pan', ready.millis, 'ms', 3_000);

const page = await tab();
await opened(page, '/topology', '.map-node');
const box = await page.locator('.map').boundingBox();
const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
const moves = {
  async panning() {
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    await paced(180, (i) => page.mouse.move(middle.x + 220 * Math.sin(i / 15), middle.y + 130 * Math.sin(i / 22)));
    await page.mouse.up();
  },
  async zooming() {
    await page.mouse.move(middle.x, middle.y);
    await paced(180, (i) => page.mouse.wheel(0, Math.floor(i / 30) % 2 === 0 ? -40 : 40));
  },
};
for (const [name, move] of Object.entries(moves)) {
  const it = await traced(page, move);
  console.log(`      ${name}: ${it.drawn} frames drawn, ${it.dropped} dropped`);
  figure(`${name}: processor time of the page for each frame`, it.processor, 'ms', Number(FRAME_MILLIS.toFixed(1)));
  figure(`${name}: processor time of drawing for each frame`, it.drawing, 'ms', Number(FRAME_MILLIS.toFixed(1)));
  figure(`${name}: longest task`, it.longest, 'ms', 50);
  if (out) {
    mkdirSync(out, { recursive: true });
    await page.screenshot({ path: join(out, `topology-${name}.png`) });
    writeFileSync(join(out, `topology-${name}.json`), it.trace);
  }
}
await browser.close();
server.close();
process.exit(isGood ? 0 : 1);

'use strict';
// One call brings everything of one moment; the page is a function of it. Texts go into the
// document as text, never as markup, so nothing that a user names can become part of the page.
(() => {
  const EVERY = 2000;
  const KEPT = 'heddle.token';
  const $ = (id) => document.getElementById(id);
  let shown = '';

  function el(name, className, ...children) {
    const node = document.createElement(name);
    if (className) node.className = className;
    for (const child of children) node.append(child);
    return node;
  }

  const plural = (n, one, many) => `${n} ${n === 1 ? one : many || one + 's'}`;
  const time = (iso) => { const t = new Date(iso); return isNaN(t) || t.getTime() === 0 ? '' : t.toLocaleString(); };
  const place = (x) => (x.file ? x.file + (x.line ? ':' + x.line : '') : '');

  function fill(id, rows) {
    $(id).replaceChildren(...rows);
    $(id + '-empty').hidden = rows.length > 0;
    const box = $(id).closest('.scroll');
    if (box) box.hidden = rows.length === 0;
  }

  function row(...cells) {
    return el('tr', '', ...cells.map((c) => (c instanceof Node && c.nodeName === 'TD' ? c : el('td', '', c))));
  }

  function finding(f) {
    const where = [place(f) + (f.line && f.column ? ':' + f.column : ''), f.resource, f.field].filter(Boolean).join('  ');
    const tone = f.severity === 'error' ? 'bad' : f.severity === 'warning' ? 'warn' : '';
    const item = el('li', f.severity,
      el('div', '', el('span', 'pill ' + tone, f.severity), el('code', '', f.code), ' ', f.message));
    if (f.hint) item.append(el('div', '', f.hint));
    if (where) item.append(el('div', 'where mono', where));
    return item;
  }

  function service(s) {
    const versions = el('td', '');
    for (const [v, n] of Object.entries(s.versions)) versions.append(el('span', 'pill', (v || 'no version') + (n > 1 ? ' × ' + n : '')));
    const ends = el('td', '');
    for (const e of s.endpoints) {
      const tone = e.health === 'HEALTHY' ? '' : 'warn';
      ends.append(el('div', 'mono ' + tone, `${e.address}:${e.port}` + (e.health === 'HEALTHY' ? '' : ' ' + e.health.toLowerCase())));
    }
    if (!s.endpoints.length) ends.append(el('span', 'warn', 'none'));
    const ports = s.ports.map((p) => `${p.number}/${p.protocol.toLowerCase()}`).join(', ');
    return row(el('td', 'wide', s.host), ports, versions, ends, el('td', 'soft mono', place(s)));
  }

  function proxy(p) {
    const types = Object.fromEntries(p.types.map((t) => [t.type, t]));
    const refused = p.types.filter((t) => t.nack);
    const state = !p.connected ? el('span', 'pill', 'gone')
      : refused.length ? el('span', 'pill bad', 'refused')
      : p.inSync ? el('span', 'pill good', 'in sync') : el('span', 'pill warn', 'behind');
    const stateCell = el('td', 'wide', state);
    for (const t of refused) stateCell.append(el('div', 'bad', `${t.type} ${t.nack.version}: ${t.nack.text}`));
    if (!p.connected) stateCell.append(el('div', 'soft', p.reason));
    const cells = ['CDS', 'EDS', 'LDS', 'RDS'].map((name) => {
      const t = types[name];
      return el('td', t && t.nack ? 'bad' : '', t ? t.acked || '–' : '–');
    });
    const parts = p.id.split('~');
    const name = el('td', '', el('div', '', parts.length === 4 ? parts[2] : p.id),
      el('div', 'soft mono', `${p.role} ${parts.length === 4 ? parts[1] : ''}`));
    name.title = p.id;
    return row(name, stateCell, ...cells, p.kind || '–', time(p.connectedSince));
  }

  function resource(r) {
    return row(r.kind, r.namespace || '–', el('td', 'wide', r.name), el('td', 'soft mono', place(r)));
  }

  function show(data) {
    const m = data.mesh;
    const sync = `${m.proxiesOnVersion} of ${m.proxies}`;
    $('version').textContent = m.version || '–';
    $('since').textContent = m.version ? 'since ' + time(m.since) : 'no configuration read yet';
    $('sync').textContent = sync;
    $('sync').className = m.proxies === m.proxiesOnVersion ? 'good' : 'warn';
    $('syncnote').textContent = m.proxies ? `${sync} proxies on version ${m.version}` : 'no proxy is connected';
    $('servicecount').textContent = data.services.length;
    $('endpointcount').textContent = plural(data.services.reduce((n, s) => n + s.endpoints.length, 0), 'endpoint');
    $('findingcount').textContent = data.findings.length;
    $('findingcount').className = m.errors ? 'bad' : m.warnings ? 'warn' : 'good';
    $('findingnote').textContent = `${plural(m.errors, 'error')}, ${plural(m.warnings, 'warning')}`;
    $('state').textContent = m.proxies ? `${sync} proxies on version ${m.version}` : `version ${m.version}, no proxies`;
    document.title = m.errors ? `(${m.errors}) Heddle` : 'Heddle';
    fill('findings', data.findings.map(finding));
    fill('services', data.services.map(service));
    fill('proxies', data.proxies.map(proxy));
    fill('resources', data.resources.map(resource));
    $('main').hidden = false;
  }

  // The token is this tab's alone: no cookie carries it, so no other page can make use of it. A
  // link of the command line brings it behind the #, which browsers send to nobody.
  if (location.hash.startsWith('#token=')) {
    sessionStorage.setItem(KEPT, decodeURIComponent(location.hash.slice(7)));
    history.replaceState(null, '', location.pathname);
  }

  const said = (body) => (body && body.error ? body.error.what + '. ' + body.error.next : 'The control plane does not answer.');

  async function signIn(event) {
    event.preventDefault();
    const wish = { user: $('user').value, password: $('password').value };
    $('password').value = '';
    try {
      const answer = await fetch('/api/v1/login', {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(wish),
      });
      const body = await answer.json();
      $('signinnote').textContent = answer.ok ? '' : said(body);
      if (answer.ok) {
        sessionStorage.setItem(KEPT, body.token);
        refresh();
      }
    } catch (e) {
      $('signinnote').textContent = said(null);
    }
  }
  $('signinform').addEventListener('submit', signIn);

  function stranger() {
    sessionStorage.removeItem(KEPT);
    $('main').hidden = true;
    $('offline').hidden = true;
    $('signin').hidden = false;
    $('state').textContent = 'not signed in';
    shown = '';
  }

  async function refresh() {
    const token = sessionStorage.getItem(KEPT);
    if (!token) return stranger();
    try {
      const answer = await fetch('/api/v1/overview', {
        headers: { Authorization: 'Bearer ' + token }, signal: AbortSignal.timeout(5000),
      });
      if (answer.status === 401) return stranger();
      $('signin').hidden = true;
      if (!answer.ok) throw new Error('HTTP ' + answer.status);
      const text = await answer.text();
      if (text !== shown) {
        show(JSON.parse(text));
        shown = text;
      }
      $('offline').hidden = true;
      $('last').textContent = new Date().toLocaleTimeString();
    } catch (e) {
      $('offline').hidden = false;
      $('state').textContent = 'disconnected';
      shown = '';
    }
    setTimeout(refresh, document.hidden ? 5 * EVERY : EVERY);
  }
  refresh();
})();

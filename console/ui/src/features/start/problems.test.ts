import { expect, it } from 'vitest';
import type { Shape } from '../../api/client';
import { message } from '../../i18n';
import { proxyName } from '../../parts/format';
import { problems } from './problems';

const proxy = (more: Partial<Shape['Proxy']>): Shape['Proxy'] => ({
  id: 'sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local', cluster: '', role: 'sidecar', kind: 'heddle', peer: '', protocol: 'delta', connected: true,
  connectedSince: '2026-01-31T12:00:00Z', sent: '7', inStage: false, inSync: true, types: [], orders: { draining: false }, ...more,
});
const golden = (more: Partial<Shape['Golden']>): Shape['Golden'] => ({
  service: 'cart.shop.svc.cluster.local', requests: 1000, perSecond: 1, errors: 0, errorShare: 0, callersFaults: 0, p50Millis: 1, p90Millis: 1, p99Millis: 1,
  received: 0, sent: 0, ...more,
});
const finding: Shape['Finding'] = {
  code: 'HED0001', severity: 'warning', file: 'a.yaml', line: 3, column: 1, resource: 'VirtualService shop/cart', field: 'spec', message: 'odd', hint: 'mend it', text: '',
};
const certificate = (secondsLeft: number) => ({ namespace: 'shop', name: 'tls', names: [], secondsLeft, entry: 'tls.crt', number: 1 }) as unknown as Shape['Certificate'];

const evidence = (more: { findings?: Shape['Finding'][]; proxies?: Shape['Proxy'][]; signals?: Shape['Golden'][]; certificates?: Shape['Certificate'][]; services?: Shape['Service'][]; health?: Partial<Shape['EndpointHealth']> }) => ({
  overview: { mesh: {} as Shape['Mesh'], services: more.services ?? [], resources: [], findings: more.findings ?? [], proxies: more.proxies ?? [] },
  signals: more.signals ?? [],
  certificates: { at: '', workloads: [], certificates: more.certificates ?? [] },
  health: { at: '', telling: 0, endpoints: [], more: 0, counts: [], ...more.health },
});

const CART = 'cart.shop.svc.cluster.local';
const service = (...addresses: string[]): Shape['Service'] => ({
  host: CART, namespace: 'shop', external: false, ports: [], versions: {}, file: '', line: 0,
  endpoints: addresses.map((address) => ({ address, port: 8080, servicePort: 80, health: 'HEALTHY', labels: {} })),
});
const ofCluster = (proxy: string, subset = '') => ({
  service: CART, namespace: 'shop', servicePort: '80', subset, cluster: `outbound|80|${subset}|${CART}`, proxy: `sidecar~10.0.0.1~${proxy}~shop.svc.cluster.local`,
});
const unwell = (proxy: string, address: string, more: Partial<Shape['UnwellEndpoint']>): Shape['UnwellEndpoint'] => ({ ...ofCluster(proxy), address, port: 8080, ...more });
const ejected = (since: string) => ({ ejection: { by: 'consecutive_5xx', since, until: '2026-01-31T13:00:00Z', times: 1 } });
const words = (found: ReturnType<typeof problems>) => found.map((it) => [it.tone, typeof it.title === 'string' ? it.title : message('en', it.title.key, it.title.values), it.since, it.to]);
const lines = (found: ReturnType<typeof problems>) => found[0]?.lines?.map((it) =>
  [it.endpoint, it.why.map((why) => (typeof why === 'string' ? why : message('en', why.key, why.values))).join(', '), it.proxies.map(proxyName).join(' ')]);

it('is quiet when all is well', () => {
  expect(problems(evidence({ proxies: [proxy({})], signals: [golden({})], certificates: [certificate(90 * 86_400)], findings: [{ ...finding, severity: 'info' }] }))).toEqual([]);
});

it('tells of each thing that is wrong, the worst first', () => {
  const nack = { type: 'LDS', sent: '7', acked: '6', nack: { version: '7', text: 'no such filter', resources: [], at: '2026-01-31T12:00:00Z' } };
  const found = problems(evidence({
    findings: [finding],
    proxies: [proxy({ inSync: false }), proxy({ id: 'a~b~c~d', types: [nack], inSync: false }), proxy({ connected: false, disconnectedSince: '2026-01-31T12:00:00Z', reason: 'reset' })],
    signals: [golden({ errors: 200, errorShare: 0.2 }), golden({ service: 'pay', errors: 20, errorShare: 0.02 }), golden({ service: 'few', requests: 3, errorShare: 1 })],
    certificates: [certificate(-5), certificate(86_400 * 3)],
  }));
  expect(found.map((it) => `${it.tone} ${typeof it.title === 'string' ? it.title : it.title.key}`)).toEqual([
    'bad problem.refused', 'bad problem.errors', 'bad problem.certificate.ended',
    'warn odd', 'warn problem.behind', 'warn problem.gone', 'warn problem.errors', 'warn problem.certificate',
  ]);
  expect(found.every((it) => it.to.startsWith('/'))).toBe(true);
});

it('tells how many endpoints of a service are left out, why, since when and by which proxies', () => {
  const found = problems(evidence({
    services: [service('10.0.0.7', '10.0.0.8', '10.0.0.9')],
    health: {
      endpoints: [
        unwell('web.shop', '10.0.0.7', ejected('2026-01-31T12:00:05Z')),
        unwell('web.shop', '10.0.0.7', { ...ofCluster('web.shop', 'v1'), ...ejected('2026-01-31T12:00:07Z') }),
        unwell('pay.shop', '10.0.0.7', ejected('2026-01-31T12:00:03Z')),
        unwell('pay.shop', '10.0.0.8', { check: { state: 'failed', by: 'network', since: '2026-01-31T12:00:04Z' } }),
        unwell('pay.shop', '10.0.0.9', { check: { state: 'degraded', by: '' } }),
      ],
    },
  }));
  expect(words(found)).toEqual([
    ['warn', '2 of 3 endpoints of cart.shop get no requests from some proxies', '2026-01-31T12:00:03Z', `/services/${CART}#endpoints`],
  ]);
  expect(lines(found)).toEqual([
    ['10.0.0.7:8080', 'ejected, errors in a row', 'pay.shop web.shop'],
    ['10.0.0.8:8080', 'fails its health checks, it cannot be reached', 'pay.shop'],
  ]);
});

it('is alarmed only where one proxy has no endpoint left', () => {
  const one = unwell('web.shop', '10.0.0.7', ejected('2026-01-31T12:00:00Z'));
  const other = (proxy: string) => unwell(proxy, '10.0.0.8', ejected('2026-01-31T12:00:00Z'));
  const tone = (...endpoints: Shape['UnwellEndpoint'][]) => problems(evidence({ services: [service('10.0.0.7', '10.0.0.8')], health: { endpoints } }))[0]?.tone;
  expect(tone(one, other('pay.shop'))).toBe('warn');
  expect(tone(one, other('web.shop'))).toBe('bad');
});

it('believes the numbers of stock Envoy, and is quiet where they are as they should be', () => {
  const count = (proxy: string, more: Partial<Shape['EndpointCount']>, subset = '') => ({ ...ofCluster(proxy, subset), at: '2026-01-31T12:00:00Z', ...more });
  const services = [service('10.0.0.7', '10.0.0.8')];
  expect(problems(evidence({ services, health: { counts: [count('web.shop', { ejected: 0, passing: 2 }), count('web.shop', { passing: 1 }, 'v1')] } }))).toEqual([]);
  expect(problems(evidence({ services: [service('cart.example', 'other.example')], health: { counts: [count('web.shop', { passing: 1 })] } }))).toEqual([]);
  const found = problems(evidence({ services, health: { counts: [count('web.shop', { ejected: 1 }), count('pay.shop', { ejected: 1, passing: 1 })] } }));
  expect(words(found)).toEqual([['warn', '1 of 2 endpoints of cart.shop gets no requests from some proxies', undefined, `/services/${CART}#endpoints`]]);
  expect(lines(found)).toEqual([['', '1 ejected', 'pay.shop web.shop'], ['', '1 does not pass its health checks', 'pay.shop']]);
});

it('says what is left out of a service that nobody may see here, and how many are not named', () => {
  const found = problems(evidence({ health: { endpoints: [unwell('web.shop', '10.0.0.7', ejected('2026-01-31T12:00:00Z'))], more: 7 } }));
  expect(words(found)).toEqual([
    ['warn', '1 endpoint of cart.shop gets no requests from some proxies', '2026-01-31T12:00:00Z', '/proxies/sidecar~10.0.0.1~web.shop~shop.svc.cluster.local'],
    ['warn', '7 more endpoints get no requests from some proxies', undefined, '/services'],
  ]);
});

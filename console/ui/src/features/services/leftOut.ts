import type { Shape } from '../../api/client';
import type { Key } from '../../i18n';
import { grouped } from '../../parts/grouped';
import { checkBy, checkState, ejectedBy, isLeftOut } from './health';

/** A text of ours, or a word that is not known here. */
export type Said = string | { key: Key; values?: Record<string, string | number> };

/** Endpoints of one service to which some proxy sends no requests. */
export interface LeftOut {
  /** Its host; empty for a cluster that leads to none. */
  service: string;
  cluster: string;
  /** One that says so. */
  proxy: string;
  endpoints: number;
  /** Of how many; 0 where nobody here may know. */
  all: number;
  /** Whether a proxy has no endpoint of it left. */
  none: boolean;
  /** Since when, the earliest of all; of what stock Envoy counts that is not known. */
  since?: string;
  lines: Line[];
}

/** One endpoint, or what is only counted; why, and by which proxies. */
export interface Line {
  /** `address:port`; empty for what is counted. */
  endpoint: string;
  why: Said[];
  proxies: string[];
}

/** Who is left out, by service and in the order of their names: what is told of each endpoint, and what is only counted. */
export function leftOut(health: Shape['EndpointHealth'] | undefined, services: Shape['Service'][]): LeftOut[] {
  const told = grouped((health?.endpoints ?? []).filter(isLeftOut), nameOf);
  const counted = grouped(health?.counts ?? [], nameOf);
  const byHost = new Map(services.map((it) => [it.host, it]));
  return [...new Set([...told.keys(), ...counted.keys()])].sort().flatMap((name) =>
    ofService(told.get(name) ?? [], counted.get(name) ?? [], byHost));
}

const nameOf = (it: { service: string; cluster: string }) => it.service || it.cluster;

function ofService(told: Shape['UnwellEndpoint'][], counted: Shape['EndpointCount'][], services: Map<string, Shape['Service']>): LeftOut[] {
  const of = told[0] ?? counted[0];
  if (!of) return [];
  const service = services.get(of.service);
  const byEndpoint = grouped(told, at);
  const ejected = counted.filter((it) => (it.ejected ?? 0) > 0);
  const mostEjected = Math.max(0, ...ejected.map((it) => it.ejected ?? 0));
  const failing = counted.map((it) => ({ it, n: failingOf(it, service) })).filter(({ n }) => n > 0);
  const mostFailing = Math.max(0, ...failing.map(({ n }) => n));
  const endpoints = Math.max(byEndpoint.size, mostEjected, mostFailing);
  if (endpoints === 0) return [];
  const known = new Set(service?.endpoints.map(at));
  const all = service ? new Set([...known, ...byEndpoint.keys()]).size : 0;
  const ofOne = grouped(told, (it) => it.proxy);
  const most = Math.max(mostEjected, mostFailing, ...[...ofOne.values()].map((it) => new Set(it.map(at)).size));
  const since = told.map(sinceOf).filter((it) => it !== '').sort()[0];
  return [{
    service: of.service,
    cluster: of.cluster,
    proxy: of.proxy,
    endpoints,
    all,
    none: all > 0 && most >= all,
    ...(since && { since }),
    lines: [
      ...[...byEndpoint].map(([endpoint, by]) => ({ endpoint, why: whyOf(by), proxies: proxiesOf(by) })),
      ...(mostEjected > 0 ? [{ endpoint: '', why: [{ key: 'health.ejectedCount' as const, values: { n: mostEjected } }], proxies: proxiesOf(ejected) }] : []),
      ...(mostFailing > 0
        ? [{ endpoint: '', why: [{ key: 'health.notPassing' as const, values: { n: mostFailing } }], proxies: proxiesOf(failing.map(({ it }) => it)) }]
        : []),
    ],
  }];
}

/**
 * How many endpoints pass no health check, of stock Envoy, which says how many pass. Of a subset, and of names that are
 * looked up, it is not known here how many there are.
 */
function failingOf(it: Shape['EndpointCount'], service: Shape['Service'] | undefined) {
  if (it.passing === undefined || it.subset || !service) return 0;
  const hosts = service.endpoints.filter((host) => String(host.servicePort) === it.servicePort);
  const isLookedUp = hosts.some((host) => !/^[\d.]+$|:/.test(host.address));
  return isLookedUp ? 0 : Math.max(0, new Set(hosts.map(at)).size - it.passing);
}

const at = (it: { address: string; port: number }) => `${it.address}:${it.port}`;
const proxiesOf = (all: { proxy: string }[]) => [...new Set(all.map((it) => it.proxy))].sort();
const sinceOf = (it: Shape['UnwellEndpoint']) => [it.ejection?.since, it.check?.since].filter((time) => time !== undefined).sort()[0] ?? '';

/** Each reason once, though several proxies may have it. */
function whyOf(by: Shape['UnwellEndpoint'][]): Said[] {
  const why = new Set<string>();
  const said: Said[] = [];
  const say = (word: string, key: Key | undefined) => {
    if (word && !why.has(word)) said.push(key ? { key } : word);
    why.add(word);
  };
  for (const { ejection } of by) {
    if (!ejection) continue;
    say('ejected', 'health.ejected');
    say(ejection.by, ejectedBy(ejection));
  }
  for (const { check } of by) {
    if (!check) continue;
    say(check.state, checkState(check));
    say(check.by, checkBy(check));
  }
  return said;
}

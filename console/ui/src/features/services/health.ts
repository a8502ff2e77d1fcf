import type { Shape } from '../../api/client';
import type { Key } from '../../i18n';

type Unwell = Shape['UnwellEndpoint'];

/** Whether it gets no requests: one that works badly gets some, one that is new waits a moment. */
export const isLeftOut = (it: Unwell) =>
  it.ejection !== undefined || it.check?.state === 'failed' || it.check?.state === 'excluded';

/** What proxies hold against the endpoints of a service, by `address:port`. */
export function unwellByEndpoint(health: Shape['EndpointHealth'] | undefined, host: string) {
  const found = new Map<string, Unwell[]>();
  for (const it of health?.endpoints ?? []) {
    if (it.service !== host) continue;
    const at = `${it.address}:${it.port}`;
    found.set(at, [...(found.get(at) ?? []), it]);
  }
  return found;
}

/** How many endpoints of each service some proxy sends no requests to: what is told of each, else what is counted. */
export function unwellByService(health: Shape['EndpointHealth'] | undefined) {
  const told = new Map<string, Set<string>>();
  for (const it of health?.endpoints ?? []) {
    if (isLeftOut(it)) {
      const of = told.get(it.service) ?? new Set();
      told.set(it.service, of.add(`${it.address}:${it.port}`));
    }
  }
  const most = new Map([...told].map(([service, of]) => [service, of.size]));
  for (const it of health?.counts ?? []) {
    most.set(it.service, Math.max(most.get(it.service) ?? 0, it.ejected ?? 0));
  }
  return most;
}

const EJECTED_BY: Record<string, Key> = {
  consecutive_5xx: 'health.by.consecutive_5xx',
  consecutive_gateway_failure: 'health.by.consecutive_gateway_failure',
  consecutive_local_origin_failure: 'health.by.consecutive_local_origin_failure',
  success_rate: 'health.by.success_rate',
  success_rate_local_origin: 'health.by.success_rate_local_origin',
  failure_percentage: 'health.by.failure_percentage',
  failure_percentage_local_origin: 'health.by.failure_percentage_local_origin',
};

const CHECKED: Record<string, Key> = {
  failed: 'health.check.failed',
  unchecked: 'health.check.unchecked',
  degraded: 'health.check.degraded',
  excluded: 'health.check.excluded',
};

const CHECKED_BY: Record<string, Key> = {
  answer: 'health.check.answer',
  network: 'health.check.network',
  timeout: 'health.check.timeout',
};

/** The sentence for what a host was ejected by; empty for a word that is not known here. */
export const ejectedBy = (it: NonNullable<Unwell['ejection']>) => EJECTED_BY[it.by];
export const checkState = (it: NonNullable<Unwell['check']>) => CHECKED[it.state];
export const checkBy = (it: NonNullable<Unwell['check']>) => CHECKED_BY[it.by];

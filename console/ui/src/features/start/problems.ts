import type { Shape } from '../../api/client';
import { leftOut, type LeftOut, type Line, type Said } from '../services/leftOut';
import { proxyName, shortHost } from '../../parts/format';

export interface Problem {
  id: string;
  tone: 'bad' | 'warn';
  /** What is wrong: a text of the control plane, or one of ours. */
  title: Said;
  detail: string;
  /** Which endpoints, why, and who says so. */
  lines?: Line[];
  next: Said;
  since?: string;
  to: string;
  file?: string;
  line?: number;
}

interface Evidence {
  overview: Shape['Overview'];
  signals: Shape['Golden'][];
  certificates: Shape['Certificates'] | undefined;
  health: Shape['EndpointHealth'] | undefined;
}

/** From this share of failed calls on a service is worth a look, and from that on it is broken. */
const SOME_ERRORS = 0.01;
const MANY_ERRORS = 0.05;
/** Fewer calls say nothing about shares. */
const FEW_CALLS = 20;
const CERTIFICATE_DAYS = 14;
const DAY_SECONDS = 86_400;

/** All that is wrong now, the worst first. */
export function problems({ overview, signals, certificates, health }: Evidence): Problem[] {
  return [
    ...overview.findings.filter((it) => it.severity !== 'info').map(ofFinding),
    ...overview.proxies.flatMap(ofProxy),
    ...signals.flatMap(ofService),
    ...leftOut(health, overview.services).map(ofLeftOut),
    ...(health && health.more > 0 ? [ofMore(health.more)] : []),
    ...(certificates?.certificates ?? []).flatMap(ofCertificate),
  ].toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
}

function ofFinding(it: Shape['Finding'], index: number): Problem {
  return {
    id: `finding ${index}`,
    tone: it.severity === 'error' ? 'bad' : 'warn',
    title: it.message,
    detail: [it.resource, it.field].filter(Boolean).join(' · '),
    next: it.hint,
    to: '/rules',
    file: it.file,
    line: it.line,
  };
}

function ofProxy(it: Shape['Proxy']): Problem[] {
  const name = proxyName(it.id);
  const base = { to: `/proxies/${encodeURIComponent(it.id)}`, id: `proxy ${it.id}` };
  const refused = it.types.find((type) => type.nack)?.nack;
  if (refused) {
    return [{
      ...base, tone: 'bad', title: { key: 'problem.refused', values: { name, version: refused.version } },
      detail: refused.text, next: { key: 'problem.refused.next' }, since: refused.at,
    }];
  }
  if (!it.connected) {
    return [{
      ...base, tone: 'warn', title: { key: 'problem.gone', values: { name } }, detail: it.reason ?? '',
      next: { key: 'problem.gone.next' }, ...(it.disconnectedSince && { since: it.disconnectedSince }),
    }];
  }
  return it.inSync ? [] : [{
    ...base, tone: 'warn', title: { key: 'problem.behind', values: { name, version: it.sent || '–' } },
    detail: '', next: { key: 'problem.behind.next' },
  }];
}

function ofService(it: Shape['Golden']): Problem[] {
  if (it.errorShare < SOME_ERRORS || it.requests < FEW_CALLS) return [];
  const service = it.service ?? '';
  const values = { service: shortHost(service), share: (it.errorShare * 100).toFixed(1), errors: it.errors, requests: it.requests };
  return [{
    id: `service ${service}`,
    tone: it.errorShare >= MANY_ERRORS ? 'bad' : 'warn',
    title: { key: service ? 'problem.errors' : 'problem.errors.unknown', values },
    detail: '',
    next: { key: 'problem.errors.next' },
    to: `/logs?errors=1${service && `&service=${encodeURIComponent(service)}`}`,
  }];
}

function ofLeftOut(it: LeftOut): Problem {
  const values = { service: shortHost(it.service || it.cluster), n: it.endpoints, all: it.all };
  return {
    id: `endpoints ${it.service || it.cluster}`,
    tone: it.none ? 'bad' : 'warn',
    title: { key: it.all > 0 ? 'problem.leftOut' : 'problem.leftOut.unknown', values },
    detail: '',
    lines: it.lines,
    next: { key: 'problem.leftOut.next' },
    ...(it.since && { since: it.since }),
    to: it.all > 0 ? `/services/${encodeURIComponent(it.service)}#endpoints` : `/proxies/${encodeURIComponent(it.proxy)}`,
  };
}

/** Of many a proxy says only how many they are. */
function ofMore(n: number): Problem {
  return {
    id: 'endpoints more', tone: 'warn', title: { key: 'problem.leftOut.more', values: { n } }, detail: '',
    next: { key: 'problem.leftOut.moreNext' }, to: '/services',
  };
}

function ofCertificate(it: Shape['Certificate']): Problem[] {
  if (it.secondsLeft > CERTIFICATE_DAYS * DAY_SECONDS) return [];
  const name = [it.namespace, it.name].filter(Boolean).join('/');
  return [{
    id: `certificate ${name} ${it.entry} ${it.number}`,
    tone: it.secondsLeft <= 0 ? 'bad' : 'warn',
    title: {
      key: it.secondsLeft <= 0 ? 'problem.certificate.ended' : 'problem.certificate',
      values: { name, n: Math.max(0, Math.floor(it.secondsLeft / DAY_SECONDS)) },
    },
    detail: it.names.join(', '),
    next: { key: 'problem.certificate.next' },
    to: '/certificates',
    file: it.file,
    line: it.line,
  }];
}

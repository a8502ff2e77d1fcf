import type { ReactNode } from 'react';
import type { Shape } from '../../api/client';
import { useWords } from '../../i18n';
import { Facts } from '../../parts';
import { useFormat } from '../../parts/format';

/** All that a log says, without what it doesn't. */
export function LogFacts({ log: it }: { log: Shape['Log'] }) {
  const { t } = useWords();
  const format = useFormat();
  const party = (of: Shape['Party']) => [of.workload, of.version, of.namespace].filter(Boolean).join(' · ');
  const all: [string, ReactNode][] = [
    [t('logs.time'), format.time(it.time)],
    [t('logs.reason'), it.reason],
    [t('logs.details'), it.details],
    [t('logs.source'), party(it.source)],
    [t('logs.destination'), party(it.destination)],
    [t('logs.remote'), it.remoteAddress && <code key="a">{it.remoteAddress}</code>],
    [t('logs.authority'), it.authority],
    [t('logs.route'), it.route],
    [t('logs.rule'), [it.ruleOrigin, it.ruleSource].filter(Boolean).join(', ')],
    [t('logs.cluster'), it.cluster && <code key="c">{it.cluster}</code>],
    [t('logs.upstream'), it.upstreamHost && <code key="u">{it.upstreamHost}</code>],
    [t('logs.attempts'), it.attempts > 1 ? it.attempts : ''],
    [t('logs.grpc'), it.grpcStatus >= 0 ? it.grpcStatus : ''],
    [t('logs.security'), [it.security, it.peer].filter(Boolean).join(' · ')],
    [t('topology.bytes'), `${format.bytes(it.received)} / ${format.bytes(it.sent)}`],
    [t('logs.version'), it.configVersion],
    [t('logs.request.id'), it.requestId && <code key="r">{it.requestId}</code>],
    [t('logs.trace.id'), it.traceId && <code key="t">{it.traceId}</code>],
    [t('logs.node'), it.node],
  ];
  return <Facts of={all.filter(([, value]) => value !== '' && value !== undefined)} />;
}

import { useMemo } from 'react';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Empty, Page, Panel, PlaceText, Read, Stat, Tag, To } from '../../parts';
import { Table } from '../../parts/Table';
import { shortHost, useFormat } from '../../parts/format';
import { shortFile } from '../rules/RulesPage';
import { Secure } from '../topology/Side';
import { readiness } from './readiness';

const KINDS = ['PeerAuthentication', 'RequestAuthentication', 'AuthorizationPolicy'];

export default function SecurityPage() {
  const { t } = useWords();
  const format = useFormat();
  const scope = useScope();
  const query = { ...scope.window, ...(scope.namespace && { namespace: scope.namespace }) };
  const graph = useRead(['graph', query], (signal) => api.GET('/api/v1/graph', { params: { query }, signal }));
  const resources = useRead(['resources', ''], (signal) => api.GET('/api/v1/resources', { signal }));
  const denied = useRead(['logs', 'denied'], (signal) =>
    api.GET('/api/v1/logs', { params: { query: { text: 'rbac access denied', limit: '20' } }, signal }));
  const ready = useMemo(() => (graph.data ? readiness(graph.data) : []), [graph.data]);
  const told = ready.filter((it) => it.share !== undefined);
  const policies = (resources.data?.items ?? [])
    .filter((it) => KINDS.includes(it.kind))
    .filter((it) => !scope.namespace || it.namespace === scope.namespace);

  return (
    <Page title={t('nav.security')}>
      <div className="stats">
        <Stat label={t('security.ready')} value={told.length > 0 ? `${format.count(told.filter((it) => it.share === 1).length)} / ${format.count(ready.length)}` : '–'} note={t('security.readyNote')} />
        <Stat label={t('security.plain')} value={told.length > 0 ? format.count(new Set(ready.flatMap((it) => it.plain)).size) : '–'}
          tone={told.some((it) => it.plain.length > 0) ? 'warn' : 'plain'} note={t('security.plainNote')} />
        <Stat label={t('security.policies')} value={format.count(policies.length)} note={t('security.policiesNote', { n: policies.filter((it) => it.kind === 'AuthorizationPolicy').length })} />
      </div>
      <Panel title={t('security.readiness')} note={t('security.readinessNote')} flush>
        <Read of={graph}>
          {() => (
            <Table label={t('security.readiness')}
              columns={[
                { id: 'service', title: t('palette.service'), order: (it) => it.service, cell: (it) => <To to={`/services/${encodeURIComponent(it.service)}`}><strong className="break">{shortHost(it.service)}</strong></To> },
                { id: 'share', title: t('topology.mtls'), order: (it) => it.share ?? 2, cell: (it) => <Secure share={it.share} /> },
                { id: 'requests', title: t('golden.calls'), right: true, order: (it) => it.requests, cell: (it) => format.count(it.requests) },
                { id: 'plain', title: t('security.wouldBreak'), cell: (it) => (it.plain.length > 0 ? <div className="tags">{it.plain.map((name) => <Tag key={name} tone="warn">{name}</Tag>)}</div> : <span className="soft">{it.share === undefined ? '–' : t('security.nobody')}</span>) },
              ]}
              rows={ready} rowKey={(it) => it.service}
              empty={<Empty icon="lock" title={t('traffic.none')}>{t('traffic.noneNext')}</Empty>} />
          )}
        </Read>
      </Panel>
      <div className="grid">
        <Panel title={t('security.policies')} flush>
          <Read of={resources}>
            {() => policies.length === 0 ? <Empty icon="security" title={t('security.noPolicies')}>{t('security.noPoliciesNext')}</Empty> : (
              <ul className="list">
                {policies.map((it) => (
                  <li key={`${it.kind} ${it.namespace} ${it.name}`}>
                    <div className="row">
                      <Tag>{it.kind}</Tag>
                      <To to={`/rules/${it.plural}/${it.namespace || '_'}/${encodeURIComponent(it.name)}`}>{`${it.namespace}/${it.name}`}</To>
                      <strong>{modeOf(it)}</strong>
                    </div>
                    <PlaceText file={shortFile(it.file)} line={it.line} />
                  </li>
                ))}
              </ul>
            )}
          </Read>
        </Panel>
        <Panel title={t('security.denied')} flush actions={<To to="/logs?text=rbac+access+denied">{t('nav.logs')}</To>}>
          <Read of={denied}>
            {(data) => data.entries.length === 0 ? <Empty icon="check" title={t('security.noDenied')} /> : (
              <ul className="list">
                {data.entries.filter((it): it is Shape['Log'] => 'requestId' in it).map((it, i) => (
                  <li key={i}>
                    <div className="row">
                      <To to={`/traces/${encodeURIComponent(it.traceId || it.requestId)}`}>{`${it.source.workload || '?'} → ${it.destination.workload || it.destination.service || '?'}`}</To>
                      <span className="mono break">{`${it.method} ${it.path}`}</span>
                    </div>
                    <span className="soft break">{it.reason || it.details}</span>
                  </li>
                ))}
              </ul>
            )}
          </Read>
        </Panel>
      </div>
    </Page>
  );
}

/** What a policy does, in its own word. */
function modeOf(it: Shape['Resource']): string {
  const spec = ((it.resource as Record<string, unknown>)['spec'] ?? {}) as Record<string, unknown>;
  const mtls = (spec['mtls'] ?? {}) as Record<string, unknown>;
  return it.kind === 'PeerAuthentication' ? String(mtls['mode'] ?? 'UNSET') : it.kind === 'AuthorizationPolicy' ? String(spec['action'] ?? 'ALLOW') : '';
}

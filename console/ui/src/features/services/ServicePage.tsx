import { useMemo } from 'react';
import { useParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Empty, Facts, Page, Panel, PlaceText, Read, Stat, Tag, To } from '../../parts';
import { Table } from '../../parts/Table';
import { shortHost, useFormat } from '../../parts/format';
import Endpoints from './Endpoints';
import Traffic from './Traffic';
import { toneOfErrors, total } from './golden';
import { about } from './policies';

export default function ServicePage() {
  const { t } = useWords();
  const { host = '' } = useParams();
  const services = useRead(['services'], (signal) => api.GET('/api/v1/services', { signal }));
  return (
    <Read of={services}>
      {(data) => {
        const service = data.services.find((it) => it.host === host);
        return service ? (
          <Service service={service} />
        ) : (
          <Page title={shortHost(host)} crumbs={<To to="/services">{t('nav.services')}</To>}>
            <Panel title={t('service.gone')}><Empty icon="services" title={host}>{t('service.goneNext')}</Empty></Panel>
          </Page>
        );
      }}
    </Read>
  );
}

function Service({ service }: { service: Shape['Service'] }) {
  const { t } = useWords();
  const format = useFormat();
  const scope = useScope();
  const query = useMemo(() => ({ ...scope.window, service: service.host }), [scope.window, service.host]);
  const versions = useRead(['signals', query, 'version'], (signal) =>
    api.GET('/api/v1/signals', { params: { query: { ...query, by: 'version' } }, signal }));
  const routes = useRead(['signals', query, 'route'], (signal) =>
    api.GET('/api/v1/signals', { params: { query: { ...query, by: 'route' } }, signal }));
  const golden = useRead(['signals', query, 'service'], (signal) =>
    api.GET('/api/v1/signals', { params: { query }, signal }));
  const it = golden.data?.signals[0];
  const all = total(golden.data?.signals ?? []);

  return (
    <Page
      title={shortHost(service.host)}
      crumbs={<To to="/services">{t('nav.services')}</To>}
      about={service.ports.map((port) => `${port.number} ${port.protocol}`).join(' · ')}
      actions={
        <>
          <To className="button" to={`/logs?service=${encodeURIComponent(service.host)}`}>{t('nav.logs')}</To>
          <To className="button" to={`/topology?q=${encodeURIComponent(service.host.split('.')[0] ?? '')}`}>{t('nav.topology')}</To>
        </>
      }
    >
      <div className="stats">
        <Stat label={t('golden.rate')} value={it ? `${format.rate(all.perSecond)}/s` : '–'} note={t('golden.requests', { n: all.requests })} />
        <Stat label={t('golden.errors')} value={it ? format.share(all.errorShare) : '–'} tone={(toneOfErrors(all.errorShare) || 'plain') as 'bad'} note={t('golden.failed', { n: all.errors })} />
        <Stat label="p50" value={it ? format.millis(it.p50Millis) : '–'} />
        <Stat label="p90" value={it ? format.millis(it.p90Millis) : '–'} />
        <Stat label="p99" value={it ? format.millis(it.p99Millis) : '–'} />
      </div>
      <Traffic title={t('service.traffic')} query={query} />
      <div className="grid">
        <Panel title={t('service.versions')} flush>
          <Versions service={service} signals={versions.data?.signals ?? []} />
        </Panel>
        <Panel title={t('service.routes')} flush>
          <Table
            label={t('service.routes')}
            param="routes"
            columns={[
              { id: 'route', title: t('service.route'), order: (row) => row.route ?? '', cell: (row) => <span className="break">{row.route || t('service.noRoute')}</span> },
              { id: 'requests', title: t('golden.hits'), right: true, order: (row) => row.requests, cell: (row) => format.count(row.requests) },
              { id: 'errors', title: t('golden.errors'), right: true, order: (row) => row.errorShare, cell: (row) => <span className={toneOfErrors(row.errorShare)}>{format.share(row.errorShare)}</span> },
              { id: 'p99', title: 'p99', right: true, order: (row) => row.p99Millis, cell: (row) => format.millis(row.p99Millis) },
            ]}
            rows={routes.data?.signals ?? []}
            rowKey={(row) => row.route ?? ''}
            empty={<Empty icon="rules" title={t('traffic.none')} />}
          />
        </Panel>
      </div>
      <Policies service={service} />
      <Endpoints service={service} />
      <Panel title={t('service.definition')}>
        <Facts of={[
          [t('service.host'), <code key="h">{service.host}</code>],
          [t('service.namespace'), service.namespace],
          [t('service.defined'), <PlaceText key="p" file={service.file} line={service.line} />],
        ]} />
      </Panel>
    </Page>
  );
}

function Versions({ service, signals }: { service: Shape['Service']; signals: Shape['Golden'][] }) {
  const { t } = useWords();
  const format = useFormat();
  const names = [...new Set([...Object.keys(service.versions), ...signals.map((it) => it.version ?? '')])].sort();
  const all = total(signals).requests;
  const rows = names.map((version) => {
    const golden = signals.find((it) => (it.version ?? '') === version);
    return { version, instances: service.versions[version] ?? 0, golden, share: golden && all > 0 ? golden.requests / all : 0 };
  });
  return (
    <Table
      label={t('service.versions')}
      param="versions"
      columns={[
        { id: 'version', title: t('service.version'), order: (it) => it.version, cell: (it) => <strong>{it.version || t('service.noVersion')}</strong> },
        { id: 'instances', title: t('service.instances'), right: true, cell: (it) => it.instances },
        {
          id: 'share', title: t('service.share'), right: true, order: (it) => it.share,
          cell: (it) => (it.golden ? format.share(it.share) : '–'),
        },
        { id: 'errors', title: t('golden.errors'), right: true, cell: (it) => (it.golden ? <span className={toneOfErrors(it.golden.errorShare)}>{format.share(it.golden.errorShare)}</span> : '–') },
        { id: 'p99', title: 'p99', right: true, cell: (it) => (it.golden ? format.millis(it.golden.p99Millis) : '–') },
      ]}
      rows={rows}
      rowKey={(it) => it.version}
      empty={<Empty icon="services" title={t('none')} />}
    />
  );
}

function Policies({ service }: { service: Shape['Service'] }) {
  const { t } = useWords();
  const resources = useRead(['resources', ''], (signal) => api.GET('/api/v1/resources', { signal }), { still: true });
  const found = useMemo(() => about(service, resources.data?.items ?? []), [service, resources.data]);
  return (
    <Panel title={t('service.policies')} note={t('service.policiesNote')} flush>
      {found.length === 0 ? (
        <Empty icon="rules" title={t('service.noPolicies')} />
      ) : (
        <ul className="list">
          {found.map((it) => (
            <li key={`${it.kind} ${it.namespace} ${it.name}`}>
              <div className="row">
                <Tag>{it.kind}</Tag>
                <To to={`/rules/${it.plural}/${it.namespace || '_'}/${encodeURIComponent(it.name)}`}>{`${it.namespace}/${it.name}`}</To>
                <PlaceText file={it.file} line={it.line} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

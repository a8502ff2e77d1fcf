import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Empty, Page, Panel, Read, Tag } from '../../parts';
import { Spark } from '../../parts/Spark';
import { Table, type Column } from '../../parts/Table';
import { shortHost, useFormat } from '../../parts/format';
import { curvesByService, toneOfErrors } from './golden';
import { unwellByService } from './health';

interface Row {
  service: Shape['Service'];
  golden: Shape['Golden'] | undefined;
  curve: number[];
  unwell: number;
}

export default function ServicesPage() {
  const { t } = useWords();
  const format = useFormat();
  const scope = useScope();
  const [params] = useSearchParams();
  const text = (params.get('q') ?? '').toLowerCase();
  const query = { ...scope.window, ...(scope.namespace && { namespace: scope.namespace }) };
  const services = useRead(['services'], (signal) => api.GET('/api/v1/services', { signal }));
  const signals = useRead(['signals', query], (signal) => api.GET('/api/v1/signals', { params: { query }, signal }));
  const health = useRead(['endpoint-health', {}], (signal) => api.GET('/api/v1/endpoint-health', { signal }));
  const series = useRead(['series', query], (signal) =>
    api.GET('/api/v1/series', { params: { query: { ...query, steps: '20' } }, signal }));

  const rows = useMemo<Row[]>(() => {
    const golden = new Map((signals.data?.signals ?? []).map((it) => [it.service, it]));
    const curves = series.data ? curvesByService(series.data, (it) => it.perSecond) : new Map<string, number[]>();
    const unwell = unwellByService(health.data);
    return (services.data?.services ?? [])
      .filter((it) => !scope.namespace || it.namespace === scope.namespace)
      .filter((it) => it.host.toLowerCase().includes(text))
      .map((service) => ({ service, golden: golden.get(service.host), curve: curves.get(service.host) ?? [], unwell: unwell.get(service.host) ?? 0 }));
  }, [services.data, signals.data, series.data, health.data, scope.namespace, text]);

  const columns: Column<Row>[] = [
    {
      id: 'host', title: t('service.name'), order: (it) => it.service.host,
      cell: ({ service }) => <strong className="break">{shortHost(service.host)}</strong>,
    },
    {
      id: 'versions', title: t('service.versions'),
      cell: ({ service }) => (
        <div className="tags">
          {Object.entries(service.versions).map(([version, n]) => (
            <Tag key={version}>{(version || t('service.noVersion')) + (n > 1 ? ` × ${n}` : '')}</Tag>
          ))}
          {service.external && <Tag tone="violet">{t('service.external')}</Tag>}
        </div>
      ),
    },
    {
      id: 'endpoints', title: t('service.instances'), order: (it) => it.service.endpoints.length, right: true,
      cell: ({ service, unwell }) => <Instances endpoints={service.endpoints} unwell={unwell} />,
    },
    {
      id: 'curve', title: t('golden.trend'),
      cell: ({ curve, service }) =>
        curve.length > 0 ? <Spark values={curve} label={t('service.curve', { service: shortHost(service.host) })} /> : <span className="soft">–</span>,
    },
    {
      id: 'rate', title: t('golden.rate'), right: true, order: (it) => it.golden?.perSecond ?? -1,
      cell: ({ golden }) => (golden ? `${format.rate(golden.perSecond)}/s` : <span className="soft">–</span>),
    },
    {
      id: 'errors', title: t('golden.errors'), right: true, order: (it) => it.golden?.errorShare ?? -1,
      cell: ({ golden }) =>
        golden ? <span className={toneOfErrors(golden.errorShare)}>{format.share(golden.errorShare)}</span> : <span className="soft">–</span>,
    },
    ...(['p50', 'p90', 'p99'] as const).map<Column<Row>>((q) => ({
      id: q, title: q, right: true, order: (it) => it.golden?.[`${q}Millis`] ?? -1,
      cell: ({ golden }) => (golden && golden.requests > 0 ? format.millis(golden[`${q}Millis`]) : <span className="soft">–</span>),
    })),
  ];

  return (
    <Page title={t('nav.services')} actions={<Filter />}>
      <Panel title={t('services.all')} note={services.data && t('services.count', { n: rows.length })} flush>
        <Read of={services}>
          {() => (
            <Table
              label={t('nav.services')}
              columns={columns}
              rows={rows}
              rowKey={(it) => it.service.host}
              href={(it) => `/services/${encodeURIComponent(it.service.host)}`}
              empty={<Empty icon="services" title={t('services.none')}>{t('services.noneNext')}</Empty>}
            />
          )}
        </Read>
      </Panel>
    </Page>
  );
}

/** A text that rows must have; it stands in the address. */
export function Filter() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();
  return (
    <input
      className="field"
      type="search"
      aria-label={t('filter')}
      placeholder={t('filter')}
      value={params.get('q') ?? ''}
      onChange={(event) => scope.set({ q: event.target.value })}
    />
  );
}

function Instances({ endpoints, unwell }: { endpoints: Shape['Endpoint'][]; unwell: number }) {
  const { t } = useWords();
  const hosts = new Set(endpoints.map((it) => it.address));
  const ill = Math.min(endpoints.length, Math.max(unwell, endpoints.filter((it) => it.health !== 'HEALTHY').length));
  return (
    <span className={endpoints.length === 0 || ill > 0 ? 'warn' : ''} title={unwell > 0 ? t('health.unwell', { n: unwell }) : undefined}>
      {ill > 0 ? `${endpoints.length - ill} / ${endpoints.length}` : Math.max(hosts.size, endpoints.length)}
    </span>
  );
}

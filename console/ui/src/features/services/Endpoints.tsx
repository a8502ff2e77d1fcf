import { api, useRead, type Shape } from '../../api/client';
import { useWords } from '../../i18n';
import { Ago, Empty, Panel, Tag } from '../../parts';
import { Table } from '../../parts/Table';
import { proxyName, useFormat } from '../../parts/format';
import { checkBy, checkState, ejectedBy, unwellByEndpoint } from './health';

/** The endpoints of a service, and what proxies hold against them. */
export default function Endpoints({ service }: { service: Shape['Service'] }) {
  const { t } = useWords();
  const query = { service: service.host };
  const health = useRead(['endpoint-health', query], (signal) =>
    api.GET('/api/v1/endpoint-health', { params: { query }, signal }));
  const unwell = unwellByEndpoint(health.data, service.host);
  const of = (it: Shape['Endpoint']) => unwell.get(`${it.address}:${it.port}`) ?? [];
  const counts = (health.data?.counts ?? []).filter((it) => (it.ejected ?? 0) > 0 || it.passing !== undefined);
  return (
    <Panel id="endpoints" title={t('service.endpoints')} note={t('services.endpoints', { n: service.endpoints.length })} flush>
      <Table
        label={t('service.endpoints')}
        param="endpoints"
        columns={[
          { id: 'address', title: t('service.address'), order: (row) => row.address, cell: (row) => <span className="mono">{`${row.address}:${row.port}`}</span> },
          {
            id: 'health', title: t('service.health'), order: (row) => (of(row).length > 0 ? 'UNWELL' : row.health),
            cell: (row) => <Health row={row} unwell={of(row)} />,
          },
          { id: 'labels', title: t('service.labels'), cell: (row) => <div className="tags">{Object.entries(row.labels).map(([k, v]) => <Tag key={k}>{`${k}=${v}`}</Tag>)}</div> },
        ]}
        rows={service.endpoints}
        rowKey={(row) => `${row.address}:${row.port}:${row.servicePort}`}
        empty={<Empty icon="alert" title={t('service.noEndpoints')}>{t('service.noEndpointsNext')}</Empty>}
      />
      {counts.length > 0 && (
        <div className="notes">
          <p className="soft">{t('health.counted')}</p>
          <ul className="list">
            {counts.map((it) => (
              <li key={`${it.proxy} ${it.cluster}`} className="row">
                <strong className="break">{proxyName(it.proxy)}</strong>
                {(it.ejected ?? 0) > 0 && <Tag tone="bad">{t('health.ejectedCount', { n: it.ejected ?? 0 })}</Tag>}
                {it.passing !== undefined && <Tag>{t('health.passing', { n: it.passing })}</Tag>}
                {it.subset && <Tag>{it.subset}</Tag>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

function Health({ row, unwell }: { row: Shape['Endpoint']; unwell: Shape['UnwellEndpoint'][] }) {
  const { t } = useWords();
  if (unwell.length === 0) {
    const isWell = row.health === 'HEALTHY';
    return <Tag tone={isWell ? 'good' : 'warn'}>{isWell ? t('health.healthy') : row.health.toLowerCase()}</Tag>;
  }
  return (
    <ul className="plain">
      {unwell.map((it) => <li key={`${it.proxy} ${it.cluster}`}><Told of={it} /></li>)}
    </ul>
  );
}

function Told({ of }: { of: Shape['UnwellEndpoint'] }) {
  const { t } = useWords();
  const format = useFormat();
  const by = of.ejection && ejectedBy(of.ejection);
  const state = of.check && checkState(of.check);
  const why = of.check && checkBy(of.check);
  return (
    <>
      {of.ejection && (
        <div className="row">
          <Tag tone="bad">{t('health.ejected')}</Tag>
          <span>{by ? t(by) : of.ejection.by}</span>
          <span className="soft nowrap" title={format.time(of.ejection.until)}>{t('health.until', { time: format.ago(of.ejection.until) })}</span>
          {of.ejection.times > 1 && <span className="soft nowrap">{t('health.times', { n: of.ejection.times })}</span>}
        </div>
      )}
      {of.check && (
        <div className="row">
          <Tag tone={of.check.state === 'failed' || of.check.state === 'excluded' ? 'bad' : 'warn'}>{state ? t(state) : of.check.state}</Tag>
          {why && <span>{t(why)}</span>}
          {of.check.since && <span className="soft"><Ago time={of.check.since} /></span>}
        </div>
      )}
      <div className="soft break">{t('health.says', { proxy: proxyName(of.proxy) + (of.subset ? ` (${of.subset})` : '') })}</div>
    </>
  );
}

import { useSearchParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Page, Panel, Read, Tag } from '../../parts';
import { Table, type Column } from '../../parts/Table';
import { proxyName } from '../../parts/format';
import { Filter } from '../services/ServicesPage';
import { addressOf, namespaceOf, stateOf } from './state';

type Proxy = Shape['Proxy'];
const TYPES = ['CDS', 'EDS', 'LDS', 'RDS'];

export default function ProxiesPage() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();
  const text = (params.get('q') ?? '').toLowerCase();
  const proxies = useRead(['proxies'], (signal) => api.GET('/api/v1/proxies', { signal }));
  const rows = (proxies.data?.proxies ?? [])
    .filter((it) => !scope.namespace || namespaceOf(it.id) === scope.namespace)
    .filter((it) => `${it.id} ${it.kind}`.toLowerCase().includes(text));

  const columns: Column<Proxy>[] = [
    {
      id: 'name', title: t('proxy.name'), order: (it) => proxyName(it.id),
      cell: (it) => (
        <>
          <strong className="break">{proxyName(it.id)}</strong>
          <div className="under mono">{addressOf(it.id)}</div>
        </>
      ),
    },
    { id: 'role', title: t('proxy.role'), order: (it) => it.role, cell: (it) => <Tag tone={it.role === 'gateway' ? 'violet' : 'plain'}>{it.role}</Tag> },
    { id: 'kind', title: t('proxy.kind'), order: (it) => it.kind, cell: (it) => it.kind || '–' },
    {
      id: 'state', title: t('proxy.state'), order: (it) => stateOf(it).key,
      cell: (it) => {
        const state = stateOf(it);
        const refused = it.types.find((type) => type.nack)?.nack;
        return (
          <>
            <Tag tone={state.tone}>{t(state.key)}</Tag>
            {refused && <div className="under break bad">{refused.text.slice(0, 160)}</div>}
            {it.reason && <div className="under break">{it.reason}</div>}
          </>
        );
      },
    },
    ...TYPES.map<Column<Proxy>>((name) => ({
      id: name, title: name, right: true,
      cell: (it) => {
        const type = it.types.find((found) => found.type === name);
        return <span className={type?.nack ? 'bad' : ''}>{type?.acked || '–'}</span>;
      },
    })),
    { id: 'since', title: t('proxy.since'), right: true, order: (it) => it.connectedSince, cell: (it) => <Ago time={it.disconnectedSince ?? it.connectedSince} /> },
  ];

  return (
    <Page
      title={t('nav.proxies')}
      about={proxies.data && t('proxies.about', { version: String(proxies.data.version) })}
      actions={<Filter />}
    >
      <Panel title={t('proxies.all')} note={proxies.data && t('proxies.count', { n: rows.length })} flush>
        <Read of={proxies}>
          {() => (
            <Table
              label={t('nav.proxies')}
              columns={columns}
              rows={rows}
              rowKey={(it) => `${it.id} ${it.connectedSince}`}
              href={(it) => `/proxies/${encodeURIComponent(it.id)}`}
              empty={<Empty icon="proxies" title={t('proxies.none')}>{t('proxies.noneNext')}</Empty>}
            />
          )}
        </Read>
      </Panel>
    </Page>
  );
}

import { useMemo } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Facts, Page, Panel, Read, Tag, To } from '../../parts';
import { Table } from '../../parts/Table';
import { proxyName, useFormat } from '../../parts/format';
import { Orders } from './Orders';
import { addressOf, stateOf } from './state';
import '../rules/editor.css';

export default function ProxyPage() {
  const { t } = useWords();
  const { id = '' } = useParams();
  const proxies = useRead(['proxies'], (signal) => api.GET('/api/v1/proxies', { signal }));
  const crumbs = <To to="/proxies">{t('nav.proxies')}</To>;
  return (
    <Read of={proxies}>
      {(data) => {
        const found = data.proxies.filter((it) => it.id === id || proxyName(it.id) === id);
        const proxy = found.find((it) => it.connected) ?? found[0];
        if (!proxy) {
          return (
            <Page title={proxyName(id)} crumbs={crumbs}>
              <Panel title={t('proxy.none')}><Empty icon="proxies" title={id}>{t('proxy.noneNext')}</Empty></Panel>
            </Page>
          );
        }
        const state = stateOf(proxy);
        return (
          <Page title={proxyName(proxy.id)} crumbs={crumbs} about={<Tag tone={state.tone}>{t(state.key)}</Tag>}
            actions={<To className="button" to={`/logs?text=&workload=${encodeURIComponent(proxyName(proxy.id).split('.')[0] ?? '')}`}>{t('nav.logs')}</To>}>
            <Whole proxy={proxy} />
            {proxy.connected && <Orders proxy={proxy} />}
            {proxy.connected && <Config id={proxy.id} />}
          </Page>
        );
      }}
    </Read>
  );
}

function Whole({ proxy }: { proxy: Shape['Proxy'] }) {
  const { t } = useWords();
  const format = useFormat();
  return (
    <div className="grid">
      <Panel title={t('proxy.about')}>
        <Facts of={[
          [t('proxy.id'), <code key="id">{proxy.id}</code>],
          [t('proxy.role'), proxy.role],
          [t('proxy.kind'), proxy.kind || '–'],
          [t('proxy.cluster'), proxy.cluster || '–'],
          [t('service.address'), addressOf(proxy.id)],
          [t('proxy.peer'), proxy.peer],
          [t('proxy.protocol'), proxy.protocol],
          [t('proxy.connected'), format.time(proxy.connectedSince)],
          ...(proxy.disconnectedSince ? [[t('proxy.disconnected'), `${format.time(proxy.disconnectedSince)}: ${proxy.reason ?? ''}`] as [string, string]] : []),
        ]} />
      </Panel>
      <Panel title={t('proxy.types')} note={t('proxy.sent', { version: proxy.sent || '–' })} flush>
        <Table
          label={t('proxy.types')}
          param="types"
          columns={[
            { id: 'type', title: t('proxy.type'), cell: (it) => <strong>{it.type}</strong> },
            { id: 'acked', title: t('proxy.acked'), right: true, cell: (it) => it.acked || '–' },
            {
              id: 'nack', title: t('proxy.refusal'),
              cell: (it) => it.nack ? (
                <>
                  <span className="bad break">{it.nack.text}</span>
                  <div className="under">{t('proxy.refusedVersion', { version: it.nack.version })} · <Ago time={it.nack.at} /></div>
                </>
              ) : <span className="soft">{t('proxy.noRefusal')}</span>,
            },
          ]}
          rows={proxy.types}
          rowKey={(it) => it.type}
          empty={<Empty icon="proxies" title={t('proxy.nothingYet')} />}
        />
      </Panel>
    </div>
  );
}

const nameOf = (resource: unknown): string => {
  const it = resource as Record<string, unknown>;
  return String(it['name'] ?? it['clusterName'] ?? it['cluster_name'] ?? '');
};

const kindOf = (type: string) => type.split('.').at(-1) ?? type;

/** What the proxy was given, resource by resource. */
function Config({ id }: { id: string }) {
  const { t } = useWords();
  const { set } = useScope();
  const [params] = useSearchParams();
  const config = useRead(['config', id], (signal) =>
    api.GET('/api/v1/proxies/{id}/config', { params: { path: { id } }, signal }), { still: true });
  const types = Object.keys(config.data?.resources ?? {});
  const type = params.get('type') ?? types[0] ?? '';
  const resources = useMemo(() => (config.data?.resources[type] ?? []) as unknown[], [config.data, type]);
  const text = (params.get('find') ?? '').toLowerCase();
  const shown = useMemo(
    () => resources.filter((it) => text === '' || JSON.stringify(it).toLowerCase().includes(text)),
    [resources, text],
  );
  const chosen = shown.find((it) => nameOf(it) === params.get('resource')) ?? shown[0];

  return (
    <Panel title={t('proxy.config')} note={config.data && t('proxy.configVersion', { version: String(config.data.version) })}
      actions={
        <input className="field" size={26} type="search" aria-label={t('proxy.configFind')} placeholder={t('proxy.configFind')}
          value={params.get('find') ?? ''} onChange={(event) => set({ find: event.target.value })} />
      }>
      <Read of={config}>
        {() => (
          <div className="config">
            <div className="toolbar">
              {types.map((it) => (
                <button type="button" key={it} className={`icon-button ${it === type ? 'framed' : ''}`} aria-pressed={it === type}
                  onClick={() => set({ type: it, resource: undefined })}>
                  {kindOf(it)} <span className="soft">{config.data?.resources[it]?.length}</span>
                </button>
              ))}
            </div>
            <div className="config-body">
              <ul className="config-list" aria-label={t('proxy.config')}>
                {shown.map((it, i) => (
                  <li key={`${nameOf(it)} ${i}`}>
                    <button type="button" aria-pressed={it === chosen} onClick={() => set({ resource: nameOf(it) })}>{nameOf(it) || `#${i + 1}`}</button>
                  </li>
                ))}
                {shown.length === 0 && <li className="soft">{t('none')}</li>}
              </ul>
              <pre className="code" tabIndex={0}>{chosen ? JSON.stringify(chosen, null, 2) : ''}</pre>
            </div>
          </div>
        )}
      </Read>
    </Panel>
  );
}

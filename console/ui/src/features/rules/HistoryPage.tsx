import { api, useRead } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Page, Panel, Read } from '../../parts';
import { Table } from '../../parts/Table';
import { actionOf, whoOf } from '../../parts/words';

export default function HistoryPage() {
  const { t } = useWords();
  const { namespace } = useScope();
  const versions = useRead(['versions'], (signal) => api.GET('/api/v1/versions', { signal }));
  const isAbout = (resource: string) => !namespace || resource.includes(` ${namespace}/`);
  return (
    <Page title={t('nav.history')}>
      <Panel title={t('history.all')} flush>
        <Read of={versions}>
          {(data) => (
            <Table
              label={t('nav.history')}
              columns={[
                { id: 'version', title: t('history.name'), order: (it) => it.version, cell: (it) => <strong className="num">{String(it.version)}</strong> },
                { id: 'since', title: t('history.since'), order: (it) => it.since, cell: (it) => <Ago time={it.since} /> },
                { id: 'who', title: t('history.who'), order: (it) => it.who?.join() ?? '', cell: (it) => <span className="break">{it.who?.map((who) => whoOf(t, who)).join(', ') || '–'}</span> },
                {
                  id: 'what', title: t('history.what'),
                  cell: (it) => (
                    <>
                      {it.message && <div>{it.message}</div>}
                      <div className="under">
                        {it.resources.slice(0, 4).map((r) => `${r.resource} ${actionOf(t, r.action)}`).join(' · ')}
                        {it.changed > 4 && ` · ${t('history.more', { n: it.changed - 4 })}`}
                      </div>
                    </>
                  ),
                },
              ]}
              rows={data.versions.filter((it) => it.resources.length === 0 || it.resources.some((r) => isAbout(r.resource)))}
              rowKey={(it) => String(it.version)}
              href={(it) => `/history/${it.version}`}
              empty={<Empty icon="history" title={t('history.none')} />}
            />
          )}
        </Read>
      </Panel>
    </Page>
  );
}

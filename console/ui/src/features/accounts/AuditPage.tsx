import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Page, Panel, Read, Tag } from '../../parts';
import { Table, type Column } from '../../parts/Table';
import { actionOf, whoOf } from '../../parts/words';

export default function AuditPage() {
  const { t } = useWords();
  const { namespace } = useScope();
  const query = { limit: '300', ...(namespace && { namespace }) };
  const audit = useRead(['audit', query], (signal) => api.GET('/api/v1/audit', { params: { query }, signal }));
  const columns: Column<Shape['AuditEntry']>[] = [
    { id: 'at', title: t('logs.time'), cell: (it) => <Ago time={it.at} /> },
    { id: 'who', title: t('history.who'), order: (it) => it.who ?? '', cell: (it) => <><span className="break">{it.who === undefined ? '–' : whoOf(t, it.who)}</span><div className="under break">{it.from}</div></> },
    { id: 'action', title: t('audit.action'), order: (it) => it.action ?? '', cell: (it) => <span className="break">{actionOf(t, it.action ?? '')}</span> },
    {
      id: 'resource', title: t('audit.about'), order: (it) => it.resource ?? '',
      cell: (it) => (
        <>
          <span className="break">{it.resource ?? it.namespace ?? '–'}</span>
          {it.fields && <div className="under break">{it.fields.join(', ')}</div>}
        </>
      ),
    },
    { id: 'outcome', title: t('audit.outcome'), cell: (it) => (it.outcome === 'done' ? <Tag tone="good">{t('audit.done')}</Tag> : <span className="bad break">{it.outcome}</span>) },
  ];
  return (
    <Page title={t('nav.audit')} about={t('audit.whole')}>
      <Panel title={t('audit.all')} flush>
        <Read of={audit}>
          {(data) => (
            <Table label={t('nav.audit')} columns={columns} rows={data.entries} rowKey={(it) => JSON.stringify(it)}
              empty={<Empty icon="audit" title={t('audit.none')} />} />
          )}
        </Read>
      </Panel>
    </Page>
  );
}

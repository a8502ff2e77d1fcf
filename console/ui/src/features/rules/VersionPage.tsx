import { useState } from 'react';
import { useParams } from 'react-router';
import { api, body, useRead, type Shape } from '../../api/client';
import { useMay } from '../../api/roles';
import { useWords } from '../../i18n';
import { Button, Empty, Failed, Page, Panel, Read, Tag, To } from '../../parts';
import { Diff } from '../../parts/Diff';
import { useFormat } from '../../parts/format';
import { whoOf } from '../../parts/words';
import { useChange } from './change';

/** What a version changed, and the way back to it. */
export default function VersionPage() {
  const { t } = useWords();
  const { version = '' } = useParams();
  const versions = useRead(['versions'], (signal) => api.GET('/api/v1/versions', { signal }));
  return (
    <Read of={versions}>
      {(data) => {
        const at = data.versions.findIndex((it) => String(it.version) === version);
        const it = data.versions[at];
        const before = data.versions[at + 1];
        return it ? (
          <Version key={version} it={it} before={before?.version} isNewest={at === 0} />
        ) : (
          <Page title={t('history.version', { version })} crumbs={<To to="/history">{t('nav.history')}</To>}>
            <Panel title={t('history.gone')}><Empty icon="history" title={version}>{t('history.goneNext')}</Empty></Panel>
          </Page>
        );
      }}
    </Read>
  );
}

function Version({ it, before, isNewest }: { it: Shape['Version']; before: number | undefined; isNewest: boolean }) {
  const { t } = useWords();
  const format = useFormat();
  const { somewhere } = useMay();
  const [isAsking, setAsking] = useState(false);
  const version = String(it.version);
  const roll = (dryRun: boolean) =>
    body(api.POST('/api/v1/versions/{version}/rollback', { params: { path: { version } }, body: { dryRun, message: t('history.backTo', { version }) } }));
  const plan = useChange(() => roll(true), () => setAsking(true));
  const back = useChange(() => roll(false), () => setAsking(false));
  const diff = useRead(['diff', before, it.version], (signal) =>
    api.GET('/api/v1/diff', { params: { query: { from: String(before), to: version } }, signal }), { still: true, enabled: before !== undefined });

  return (
    <Page
      title={t('history.version', { version })}
      crumbs={<To to="/history">{t('nav.history')}</To>}
      about={[format.time(it.since), it.who?.map((who) => whoOf(t, who)).join(', '), it.message].filter(Boolean).join(' · ')}
      actions={somewhere('operator') && !isNewest && !isAsking && (
        <Button onClick={() => plan.mutate(undefined)} disabled={plan.isPending}>{t('history.rollback')}</Button>
      )}
    >
      {plan.error && <Failed failure={plan.error} />}
      {back.error && <Failed failure={back.error} />}
      {back.data && <p className="good" role="status">{t('history.done', { version: String(back.data.version) })}</p>}
      {isAsking && plan.data && (
        <Panel title={t('history.plan')}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
              <Button tone="primary" disabled={back.isPending} onClick={() => back.mutate(undefined)}>{t('history.rollback')}</Button>
            </>
          }>
          <ul className="list">
            {plan.data.resources.map((r) => (
              <li key={`${r.plural} ${r.namespace} ${r.name}`}><div className="row"><Tag>{r.result}</Tag>{`${r.kind} ${r.namespace}/${r.name}`}</div></li>
            ))}
            {plan.data.resources.length === 0 && <li className="soft">{t('diff.same')}</li>}
          </ul>
        </Panel>
      )}
      {before === undefined ? (
        <Panel title={t('diff.title')}><Empty icon="history" title={t('history.first')} /></Panel>
      ) : (
        <Read of={diff}>
          {(data) => data.resources.length === 0 ? (
            <Panel title={t('diff.title')}><Empty icon="check" title={t('diff.same')} /></Panel>
          ) : (
            <>
              {data.resources.map((r) => (
                <Panel key={`${r.plural} ${r.namespace} ${r.name}`} title={`${r.kind} ${r.namespace ? `${r.namespace}/` : ''}${r.name}`}
                  note={r.before === undefined ? t('diff.created') : r.after === undefined ? t('diff.deleted') : undefined}>
                  {r.hidden ? <p className="soft">{t('diff.hidden')}</p> : <Diff before={r.before ?? ''} after={r.after ?? ''} />}
                </Panel>
              ))}
            </>
          )}
        </Read>
      )}
    </Page>
  );
}

import { useState } from 'react';
import { Failure, api, body, useRead, type Shape } from '../../api/client';
import { useMay } from '../../api/roles';
import { useWords } from '../../i18n';
import { Ago, Button, Empty, Facts, Failed, Page, Panel, Read, Tag, To, type Tone } from '../../parts';
import { proxyName } from '../../parts/format';
import { useAct } from '../rules/change';
import './stage.css';

const TONES: Record<string, Tone> = { waiting: 'info', holding: 'info', promoting: 'info', promoted: 'good', reverted: 'bad' };

/** The change that is given to more and more proxies, and what becomes of it. */
export default function StagePage() {
  const { t } = useWords();
  const stage = useRead(['stage'], (signal) => api.GET('/api/v1/stage', { signal }));
  const isNone = stage.error instanceof Failure && stage.error.status === 404;
  return (
    <Page title={t('nav.stage')} about={t('stage.about')}>
      {isNone ? (
        <Panel title={t('stage.none')}><Empty icon="stage" title={t('stage.none')}>{t('stage.noneNext')}</Empty></Panel>
      ) : (
        <Read of={stage}>{(data) => <Stage stage={data} />}</Read>
      )}
    </Page>
  );
}

function Stage({ stage }: { stage: Shape['Stage'] }) {
  const { t } = useWords();
  const { somewhere } = useMay();
  const [asked, ask] = useState<'promote' | 'abort'>();
  const abort = useAct(() => body(api.POST('/api/v1/stage/abort', {})), () => ask(undefined));
  const promote = useAct(() => body(api.POST('/api/v1/stage/promote', {})), () => ask(undefined));
  const failure = abort.error ?? promote.error;
  const shares = stage.stages.split(',').map((it) => it.trim());
  const state = t(`stage.${stage.state}` as 'stage.waiting');

  return (
    <>
      <Panel
        title={<>{t('history.version', { version: String(stage.version) })} <Tag tone={TONES[stage.state] ?? 'plain'}>{state}</Tag></>}
        note={<Ago time={stage.since} />}
        actions={stage.underWay && somewhere('operator') && (asked ? (
          <div className="toolbar">
            <span>{t(asked === 'abort' ? 'stage.abortAsk' : 'stage.promoteAsk')}</span>
            <Button tone={asked === 'abort' ? 'danger' : 'primary'} disabled={abort.isPending || promote.isPending} onClick={() => (asked === 'abort' ? abort : promote).mutate(undefined)}>
              {t('sure')}
            </Button>
            <Button onClick={() => ask(undefined)}>{t('cancel')}</Button>
          </div>
        ) : (
          <div className="toolbar">
            <Button onClick={() => ask('promote')}>{t('stage.promote')}</Button>
            <Button tone="danger" onClick={() => ask('abort')}>{t('stage.abort')}</Button>
          </div>
        ))}
      >
        <ol className="stages" aria-label={t('stage.steps')}>
          {shares.map((share, i) => {
            const at = stage.state === 'promoted' || i + 1 < stage.stage ? 'past' : i + 1 === stage.stage ? (stage.state === 'reverted' ? 'lost' : 'here') : 'ahead';
            return <li key={share} className={at} aria-current={at === 'here' ? 'step' : undefined}>{share}</li>;
          })}
        </ol>
        {failure && <Failed failure={failure} />}
        {stage.reason && <p className={stage.state === 'reverted' ? 'bad break' : 'break'}>{stage.reason}</p>}
        <Facts of={[
          [t('history.who'), stage.who || '–'],
          [t('stage.why'), stage.message || '–'],
          [t('stage.hold'), t('stage.seconds', { n: stage.holdSeconds })],
        ]} />
      </Panel>
      <div className="grid">
        <Proxies title={t('stage.having', { n: stage.proxies.length })} ids={stage.proxies} none={t('stage.havingNone')} />
        <Proxies title={t('stage.missing', { n: stage.missing.length })} ids={stage.missing} none={t('stage.missingNone')} />
      </div>
    </>
  );
}

function Proxies({ title, ids, none }: { title: string; ids: readonly string[]; none: string }) {
  return (
    <Panel title={title} flush>
      {ids.length === 0 ? <Empty title={none} /> : (
        <ul className="list">
          {ids.map((id) => <li key={id}><To to={`/proxies/${encodeURIComponent(id)}`}>{proxyName(id)}</To></li>)}
        </ul>
      )}
    </Panel>
  );
}

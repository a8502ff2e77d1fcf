import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import type { Shape } from '../../api/client';
import { useMay } from '../../api/roles';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Button, Empty, Failed, Panel, Tag } from '../../parts';
import { Diff } from '../../parts/Diff';
import { Editor } from './Editor';
import { Findings } from './Findings';
import { applyAll, useChange, useCheck } from './change';
import { Form, documentWithForm } from './form/Form';
import { Draft } from './form/draft';

/** Who has a change first, where it is wished in stages: as the command line's own example has it. */
const STAGES = '1%,25%,100%';

/** A text and, of what has one, its form; what is found in it while it is written, how it differs from what is in force, and the way there. */
export function Change({ before, from, text, set, named, done }: {
  before: string;
  from: string;
  text: string;
  set(text: string): void;
  /** Whether it is a resource that is there, under a name that stays. */
  named?: boolean;
  done(applied: Shape['Applied']): void;
}) {
  const { t } = useWords();
  const { somewhere } = useMay();
  const navigate = useNavigate();
  const { search } = useScope();
  const [why, setWhy] = useState('');
  const [inStages, setInStages] = useState(false);
  const mayWrite = somewhere('operator');
  const check = useCheck(mayWrite && text !== before ? text : '', from);
  const apply = useChange(applyAll, (applied) => {
    setWhy('');
    if (applied.inStages) void navigate(`/stage${search}`);
    else done(applied);
  });
  const isChanged = text !== before;
  const findings = check.error?.findings ?? check.data?.findings ?? [];
  const hasForm = useMemo(() => documentWithForm(Draft.read(text)) !== undefined, [text]);
  const isFine = check.data !== undefined && !check.error && !check.isPlaceholderData;

  return (
    <div className={hasForm ? 'both two' : 'both'}>
      {hasForm && (
        <Panel title={t('form.panel')} note={t('form.note')}>
          <Form text={text} set={set} findings={findings} locked={!mayWrite} named={named ?? false} />
        </Panel>
      )}
      <div className="beside">
        <Panel
          title={t('rules.yaml')}
          note={check.isFetching ? t('rules.checking') : undefined}
          actions={mayWrite ? (
            <div className="toolbar">
              <input className="field" size={28} aria-label={t('rules.why')} placeholder={t('rules.why')} value={why} maxLength={200} onChange={(event) => setWhy(event.target.value)} />
              <label className="check" title={STAGES}>
                <input type="checkbox" checked={inStages} onChange={(event) => setInStages(event.target.checked)} />{t('stage.wish')}
              </label>
              {isChanged && <Button onClick={() => set(before)}>{t('rules.reset')}</Button>}
              <Button tone="primary" disabled={!isChanged || !isFine || apply.isPending}
                onClick={() => apply.mutate({ apply: [{ from, text }], message: why, ...(inStages && { inStages: { stages: STAGES } }) })}>
                {t('rules.apply')}
              </Button>
            </div>
          ) : <Tag>{t('rules.readOnly')}</Tag>}
        >
          <Editor text={text} set={set} findings={findings.filter((it) => it.file === from)} locked={!mayWrite} />
        </Panel>
        {apply.error && <Failed failure={apply.error} />}
        {mayWrite && isChanged && (
          <div className="grid">
            <Panel title={t('rules.plan')} flush={findings.length > 0}>
              {check.error && findings.length === 0 && <Failed failure={check.error} />}
              {findings.length > 0 && <Findings findings={findings} />}
              {isFine && findings.length === 0 && <Empty icon="check" title={t('rules.fine')}>{said(check.data)}</Empty>}
            </Panel>
            <Panel title={t('diff.title')}><Diff before={before} after={text} /></Panel>
          </div>
        )}
      </div>
    </div>
  );
}

const said = (applied: Shape['Applied'] | undefined) =>
  applied?.resources.map((it) => `${it.kind} ${it.namespace}/${it.name}: ${it.result}`).join(', ');

import type { Shape } from '../../api/client';
import { useWords } from '../../i18n';
import { PlaceText, Tag } from '../../parts';
import { shortFile } from './RulesPage';

export function Findings({ findings }: { findings: readonly Shape['Finding'][] }) {
  const { t } = useWords();
  return (
    <ul className="list" aria-label={t('start.findings')}>
      {findings.map((it, i) => (
        <li key={i}>
          <div className="row">
            <Tag tone={it.severity === 'error' ? 'bad' : it.severity === 'warning' ? 'warn' : 'info'}>{t(`severity.${it.severity}`)}</Tag>
            <code className="soft">{it.code}</code>
            <PlaceText file={shortFile(it.file)} line={it.line} />
            {it.field && <code className="soft break">{it.field}</code>}
          </div>
          <div>{it.message}</div>
          {it.hint && <div className="soft">{it.hint}</div>}
        </li>
      ))}
    </ul>
  );
}

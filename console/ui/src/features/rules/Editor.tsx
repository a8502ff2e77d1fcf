import { useRef } from 'react';
import type { Shape } from '../../api/client';
import { useWords } from '../../i18n';
import './editor.css';

/** YAML with line numbers and marks where something was found. */
export function Editor({ text, set, findings, locked }: {
  text: string;
  set(text: string): void;
  findings: readonly Shape['Finding'][];
  locked: boolean;
}) {
  const { t } = useWords();
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n');
  const marks = new Map(findings.map((it) => [it.line, it.severity]));
  return (
    <div className="editor">
      <div className="gutter" ref={gutter} aria-hidden="true">
        {lines.map((_, i) => (
          <div key={i} className={marks.get(i + 1) ?? ''}>{i + 1}</div>
        ))}
      </div>
      <textarea
        aria-label={t('rules.yaml')}
        spellCheck={false}
        autoCapitalize="off"
        wrap="off"
        rows={Math.min(34, Math.max(12, lines.length + 1))}
        readOnly={locked}
        value={text}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
        onChange={(event) => set(event.target.value)}
      />
    </div>
  );
}

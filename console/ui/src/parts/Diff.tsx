import { useMemo } from 'react';
import { useWords } from '../i18n';

export interface Line {
  sign: '+' | '-' | ' ';
  text: string;
}

/** From this many cells on a table of the longest common subsequence is too large; then all is told as replaced. */
const MOST_CELLS = 4_000_000;

/** How two texts differ, line by line. */
export function difference(before: string, after: string): Line[] {
  const a = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const b = after === '' ? [] : after.replace(/\n$/, '').split('\n');
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  let end = 0;
  while (end < a.length - from && end < b.length - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const same = (lines: string[]): Line[] => lines.map((text) => ({ sign: ' ', text }));
  return [
    ...same(a.slice(0, from)),
    ...between(a.slice(from, a.length - end), b.slice(from, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

function between(a: string[], b: string[]): Line[] {
  const gone = (text: string): Line => ({ sign: '-', text });
  const come = (text: string): Line => ({ sign: '+', text });
  if (a.length * b.length > MOST_CELLS) return [...a.map(gone), ...b.map(come)];
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j]
        ? (table[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (x !== undefined && x === y) {
      lines.push({ sign: ' ', text: x });
      i += 1;
      j += 1;
    } else if (x !== undefined && (y === undefined || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))) {
      lines.push(gone(x));
      i += 1;
    } else {
      lines.push(come(y ?? ''));
      j += 1;
    }
  }
  return lines;
}

const AROUND = 3;

/** Changed lines with a few around them. */
export function Diff({ before, after }: { before: string; after: string }) {
  const { t } = useWords();
  const lines = useMemo(() => difference(before, after), [before, after]);
  const near = useMemo(() => {
    const changed = lines.flatMap((line, i) => (line.sign === ' ' ? [] : [i]));
    return lines.map((_, i) => changed.some((at) => Math.abs(at - i) <= AROUND));
  }, [lines]);
  if (!near.includes(true)) return <p className="soft">{t('diff.same')}</p>;
  return (
    <div className="diff" tabIndex={0} role="region" aria-label={t('diff.title')}>
      {lines.map((line, i) => {
        if (!near[i]) return near[i - 1] ? <div key={i} className="skipped">⋯</div> : null;
        return (
          <div key={i} className={line.sign === '+' ? 'plus' : line.sign === '-' ? 'minus' : ''}>
            {`${line.sign} ${line.text}`}
          </div>
        );
      })}
    </div>
  );
}

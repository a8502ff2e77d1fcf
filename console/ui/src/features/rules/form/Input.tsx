import { useId, useState } from 'react';

/**
 * A line of text. While it is written in, it keeps its letters as they are, whatever the value makes of them;
 * it tells at each letter, or, where half a word would do harm, only at its end.
 */
export function Input({ label, value, tell, locked, atEnd, list, hint, finding, numeric }: {
  label: string;
  value: string;
  tell(text: string): void;
  locked: boolean;
  atEnd?: boolean;
  list?: string | undefined;
  hint?: string | undefined;
  finding?: string | undefined;
  numeric?: boolean;
}) {
  const [own, keep] = useState<string>();
  const id = useId();
  const end = () => {
    if (atEnd && own !== undefined && own !== value) tell(own);
    keep(undefined);
  };
  return (
    <>
      <input
        className="field" aria-label={label} aria-invalid={finding !== undefined} aria-describedby={finding ? id : undefined}
        inputMode={numeric ? 'decimal' : undefined} placeholder={hint} list={list} readOnly={locked} spellCheck={false} autoComplete="off"
        value={own ?? value}
        onChange={(event) => {
          keep(event.target.value);
          if (!atEnd) tell(event.target.value);
        }}
        onBlur={end}
        onKeyDown={(event) => {
          if (event.key === 'Enter') end();
        }}
      />
      {finding && <span id={id} className="said bad">{finding}</span>}
    </>
  );
}

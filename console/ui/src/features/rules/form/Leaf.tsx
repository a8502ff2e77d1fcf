import { useState } from 'react';
import { useWords } from '../../../i18n';
import { Input } from './Input';
import { said, type Path } from './draft';
import { Small, useEditing } from './editing';
import type { Field } from './forms';
import { useName } from './names';

const MATCHES = ['exact', 'prefix', 'regex'];
const WIDTHS: Partial<Record<Field['type']['is'], string>> = { texts: 'wide', pairs: 'wide', matches: 'wide', match: 'half', host: 'half' };
const HINTS: Partial<Record<Field['type']['is'], string>> = { duration: '2s', host: 'reviews', texts: 'a, b' };

/** A value that has no fields of its own. */
export function Leaf({ field, path }: { field: Field; path: Path }) {
  const { draft, set, locked, findings } = useEditing();
  const { hint } = useName();
  const value = draft.get(path);
  const finding = findings.get(said(path));
  const put = (it: unknown) => set(draft.put(path, it));
  const width = WIDTHS[field.type.is] ?? '';
  const shown = field.name.replace(/^destination\.|\.(value|number|string)$/g, '');
  const frame = { label: shown, locked, finding };

  function inside() {
    switch (field.type.is) {
      case 'flag':
        return <Choice {...frame} of={['true', 'false']} value={text(value)} tell={(it) => put(it === '' ? undefined : it === 'true')} />;
      case 'choice':
        return <Choice {...frame} of={field.type.of} value={text(value)} tell={(it) => put(it || undefined)} />;
      case 'number':
        return <Input {...frame} numeric value={text(value)} tell={(it) => put(number(it))} />;
      case 'texts':
        return <Input {...frame} hint={HINTS.texts} value={list(value).join(', ')} tell={(it) => set(draft.putTexts(path, words(it)))} />;
      case 'match':
        return <Match path={path} {...frame} />;
      case 'pairs':
      case 'matches':
        return <Pairs path={path} name={field.name} isMatch={field.type.is === 'matches'} />;
      default:
        return <Input {...frame} hint={HINTS[field.type.is]} list={field.type.is === 'host' ? 'form-hosts' : undefined} value={text(value)} tell={(it) => put(it || undefined)} />;
    }
  }

  return (
    <div className={`leaf ${width}`} title={hint(field.name)}>
      <span className="leaf-name">{shown}</span>
      {inside()}
    </div>
  );
}

function Choice({ label, of, value, tell, locked, finding }: {
  label: string;
  of: readonly string[];
  value: string;
  tell(value: string): void;
  locked: boolean;
  finding: string | undefined;
}) {
  const all = value && !of.includes(value) ? [value, ...of] : of;
  return (
    <>
      <select className="field" aria-label={label} disabled={locked} value={value} onChange={(event) => tell(event.target.value)}>
        <option value="">–</option>
        {all.map((it) => <option key={it} value={it}>{it}</option>)}
      </select>
      {finding && <span className="said bad">{finding}</span>}
    </>
  );
}

/** How a text is compared, and with what. */
function Match({ path, label, locked, finding }: { path: Path; label: string; locked: boolean; finding?: string | undefined }) {
  const { draft, set } = useEditing();
  const { t } = useWords();
  const value = object(draft.get(path));
  const [chosen, choose] = useState('exact');
  const how = MATCHES.find((it) => it in value) ?? chosen;
  return (
    <span className="match">
      <select className="field" aria-label={t('form.how', { name: label })} disabled={locked} value={how}
        onChange={(event) => {
          choose(event.target.value);
          if (how in value) set(draft.rename(path, how, event.target.value));
        }}>
        {MATCHES.map((it) => <option key={it}>{it}</option>)}
      </select>
      <Input label={label} locked={locked} finding={finding} value={text(value[how])} tell={(it) => set(draft.put([...path, how], it || undefined))} />
    </span>
  );
}

/** Names with values of their own, as labels and headers are. */
function Pairs({ path, name, isMatch }: { path: Path; name: string; isMatch: boolean }) {
  const { draft, set, locked } = useEditing();
  const { t } = useWords();
  const [next, setNext] = useState(0);
  return (
    <div className="pairs">
      {Object.entries(object(draft.get(path))).map(([key, value]) => (
        <div key={key} className="pair">
          <Input atEnd label={t('form.key', { name })} locked={locked} value={key} tell={(it) => set(it ? draft.rename(path, key, it) : draft.put([...path, key], undefined))} />
          {isMatch
            ? <Match path={[...path, key]} label={`${name} ${key}`} locked={locked} />
            : <Input label={`${name} ${key}`} locked={locked} value={text(value)} tell={(it) => set(draft.put([...path, key], it))} />}
          {!locked && <Small label={t('form.remove', { name: key })} text="✕" act={() => set(draft.put([...path, key], undefined))} />}
        </div>
      ))}
      {!locked && (
        <div className="pair">
          <Input key={next} atEnd label={t('form.newKey', { name })} hint={t('form.newKeyHint')} locked={false} value=""
            tell={(it) => {
              setNext(next + 1);
              set(draft.put([...path, it.trim()], isMatch ? { exact: '' } : ''));
            }} />
        </div>
      )}
    </div>
  );
}

const text = (value: unknown) => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
const words = (said: string) => said.split(',').map((it) => it.trim()).filter((it) => it !== '');

/** A number where it is one; anything else stays for the analysis to speak about. */
export const number = (said: string) => (said === '' ? undefined : /^-?\d{1,15}(\.\d+)?$/.test(said) ? Number(said) : said);

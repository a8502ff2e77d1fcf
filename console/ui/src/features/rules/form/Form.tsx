import { useMemo, useState, type ReactNode } from 'react';
import { api, useRead, type Shape } from '../../../api/client';
import { useWords } from '../../../i18n';
import { Empty } from '../../../parts';
import { shortHost } from '../../../parts/format';
import { Leaf } from './Leaf';
import { Shares } from './Shares';
import { Draft, said, type Path } from './draft';
import { EditingContext, Small, useEditing, type Editing } from './editing';
import { formOf, unshown, type Field, type Type } from './forms';
import { useName } from './names';
import './form.css';

const NAME: Field[] = ['name', 'namespace'].map((name) => ({ name, path: [name], always: true, type: { is: 'text' } }));

/** Which document of a text has a form; undefined for none. */
export function documentWithForm(draft: Draft): number | undefined {
  const at = draft.kinds.findIndex((kind) => formOf(kind) !== undefined);
  return at < 0 ? undefined : at;
}

/** The text as fields. What is written in either is at once in the other. */
export function Form({ text, set, findings, locked, named }: {
  text: string;
  set(text: string): void;
  findings: readonly Shape['Finding'][];
  locked: boolean;
  /** Whether its name is settled, as somebody else would be changed under another. */
  named: boolean;
}) {
  const { t } = useWords();
  const [chosen, choose] = useState<number>();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const services = useRead(['services'], (signal) => api.GET('/api/v1/services', { signal }), { still: true });
  const draft = useMemo(() => {
    const first = Draft.read(text);
    const isOne = chosen !== undefined && formOf(first.kinds[chosen] ?? '') !== undefined;
    return Draft.read(text, isOne ? chosen : documentWithForm(first) ?? 0);
  }, [text, chosen]);
  const kind = draft.kinds[draft.at] ?? '';
  const fields = formOf(kind);
  const editing = useMemo<Editing>(
    () => ({
      draft,
      locked,
      set,
      opened,
      open: (path) => setOpened((before) => new Set([...before, said(path)])),
      findings: new Map(findings.filter((it) => it.resource === '' || it.resource.startsWith(`${kind} `)).map((it) => [it.field, it.message])),
    }),
    [draft, locked, set, opened, findings, kind],
  );

  const trouble = draft.trouble;
  if (trouble === 'alias') return <Empty icon="alert" title={t('form.alias')}>{t('form.aliasNext')}</Empty>;
  if (trouble) return <Empty icon="alert" title={t('form.broken', { line: trouble.line })}>{trouble.what}</Empty>;
  if (!fields) return <Empty icon="rules" title={t('form.none')}>{t('form.noneNext')}</Empty>;
  const others = unshown(draft.get(['spec']), fields);
  const withForm = draft.kinds.flatMap((it, i) => (formOf(it) ? [i] : []));

  return (
    <EditingContext value={editing}>
      <div className="fields-form" role="group" aria-label={t('form.title', { kind })}>
        {withForm.length > 1 && (
          <select className="field" aria-label={t('form.document')} value={draft.at} onChange={(event) => choose(Number(event.target.value))}>
            {withForm.map((i) => <option key={i} value={i}>{`${draft.kinds[i]} ${String(Draft.read(text, i).get(['metadata', 'name']) ?? i + 1)}`}</option>)}
          </select>
        )}
        {!named && <Group path={['metadata']} fields={NAME} />}
        <Group path={['spec']} fields={fields} />
        {others.length > 0 && (
          <p className="soft">{t('form.others')} {others.map((it) => <code key={it} className="break">{it} </code>)}</p>
        )}
        <datalist id="form-hosts">
          {(services.data?.services ?? []).map((it) => <option key={it.host} value={shortHost(it.host)} />)}
        </datalist>
      </div>
    </EditingContext>
  );
}

/** The fields of a mapping: those with values, those that are always there, and a way to the others. */
function Group({ path, fields }: { path: Path; fields: readonly Field[] }) {
  const { draft, opened, open, locked, set } = useEditing();
  const { hint } = useName();
  const { t } = useWords();
  const isThere = (field: Field) => {
    const at = [...path, ...field.path];
    return draft.get(at) !== undefined || opened.has(said(at));
  };
  const shown = fields.filter((it) => it.always || isThere(it));
  const others = fields.filter((it) => !shown.includes(it));
  const isLeaf = (field: Field) => field.type.is !== 'group' && field.type.is !== 'list';
  const isFlat = fields.every(isLeaf);
  const add = (field: Field) => {
    if (field.type.is === 'list') set(draft.add([...path, ...field.path], {}));
    else open([...path, ...field.path]);
  };
  return (
    <>
      {(shown.some(isLeaf) || isFlat) && (
        <div className="leaves">
          {shown.filter(isLeaf).map((it) => <Leaf key={it.name} field={it} path={[...path, ...it.path]} />)}
          {isFlat && others.length > 0 && !locked && (
            <select className="field more" aria-label={t('form.more')} value="" onChange={(event) => others.filter((it) => it.name === event.target.value).forEach(add)}>
              <option value="">+ …</option>
              {others.map((it) => <option key={it.name} value={it.name} title={hint(it.name)}>{it.name}</option>)}
            </select>
          )}
        </div>
      )}
      {shown.filter((it) => !isLeaf(it)).map((it) => <Deep key={it.name} field={it} path={[...path, ...it.path]} />)}
      {!isFlat && others.length > 0 && !locked && (
        <div className="others">
          {others.map((it) => (
            <button key={it.name} type="button" title={hint(it.name)} aria-label={t('form.add', { name: it.name })} onClick={() => add(it)}>+ {it.name}</button>
          ))}
        </div>
      )}
    </>
  );
}

function Deep({ field, path }: { field: Field; path: Path }) {
  const { draft, set } = useEditing();
  const { t } = useWords();
  const { type } = field;
  if (type.is === 'group') {
    return (
      <Block name={field.name} path={path} take={draft.get(path) === undefined ? undefined : { label: t('form.remove', { name: field.name }), act: () => set(draft.put(path, undefined)) }}>
        <Group path={path} fields={type.fields} />
      </Block>
    );
  }
  return type.is === 'list' ? <List field={field} type={type} path={path} /> : null;
}

function List({ field, type, path }: { field: Field; type: Extract<Type, { is: 'list' }>; path: Path }) {
  const { draft, set, locked } = useEditing();
  const { t } = useWords();
  const value = draft.get(path);
  const items: unknown[] = Array.isArray(value) ? value : [];
  return (
    <Block name={field.name} path={path}>
      {type.name.endsWith('Destination') && items.length > 1 && <Shares of={items} />}
      {items.map((_, i) => (
        <div key={i} className="entry" role="group" aria-label={`${field.name} ${i + 1}`}>
          <span className="num soft">{i + 1}</span>
          <div className="fields-form">
            <Group path={[...path, i]} fields={type.fields} />
          </div>
          {!locked && (
            <span className="entry-acts">
              {items.length > 1 && (
                <>
                  <Small label={t('form.up')} text="↑" disabled={i === 0} act={() => set(draft.move(path, i, -1))} />
                  <Small label={t('form.down')} text="↓" disabled={i === items.length - 1} act={() => set(draft.move(path, i, 1))} />
                </>
              )}
              <Small label={t('form.remove', { name: `${field.name} ${i + 1}` })} text="✕" act={() => set(draft.put([...path, i], undefined))} />
            </span>
          )}
        </div>
      ))}
      {!locked && (
        <div className="others">
          <button type="button" aria-label={t('form.add', { name: field.name })} onClick={() => set(draft.add(path, {}))}>+ {field.name}</button>
        </div>
      )}
    </Block>
  );
}

function Block({ name, path, take, children }: {
  name: string;
  path: Path;
  take?: { label: string; act(): void } | undefined;
  children: ReactNode;
}) {
  const { locked, findings } = useEditing();
  const { hint } = useName();
  const finding = findings.get(said(path));
  return (
    <fieldset className={take === undefined ? 'block' : 'block group'}>
      <legend><code>{name}</code> <span className="soft">{hint(name)}</span></legend>
      {take && !locked && <span className="take"><Small label={take.label} text="✕" act={take.act} /></span>}
      {finding && <p className="said bad">{finding}</p>}
      {children}
    </fieldset>
  );
}

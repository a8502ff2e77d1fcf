import { Document, isMap, isScalar, isSeq, parseAllDocuments, visit, type Pair, type ToStringOptions } from 'yaml';
import { difference } from '../../../parts/Diff';

/** Where a value stands: keys of mappings and indices of lists. */
export type Path = readonly (string | number)[];

/** Strings that YAML 1.1 took for something else are quoted, as half of the world still reads it so. */
const READING = { compat: 'yaml-1.1', keepSourceTokens: false } as const;

/** As findings write it: `spec.http[0].timeout`. */
export const said = (path: Path) => path.map((it, i) => (typeof it === 'number' ? `[${it}]` : `${i ? '.' : ''}${it}`)).join('');

/**
 * A text of YAML that a form edits value by value. Comments, unknown fields, order and style of what is
 * not edited stay as they are: a text is never made anew, only its tree is changed and printed in its own style.
 */
export class Draft {
  private constructor(
    readonly text: string,
    private readonly documents: Document[],
    /** Which of the documents is edited. */
    readonly at: number,
  ) {}

  static read(text: string, at = 0): Draft {
    return new Draft(text, documentsOf(text), at);
  }

  /** The kinds of all documents, in order; empty where one has none. */
  get kinds(): string[] {
    return this.documents.map((it) => String(it.get('kind') ?? ''));
  }

  /** What keeps a form from editing it: a mistake of YAML and its line, or names for parts that stand elsewhere. */
  get trouble(): { line: number; what: string } | 'alias' | undefined {
    const error = this.documents.flatMap((it) => it.errors)[0];
    if (error) return { line: error.linePos?.[0].line ?? 1, what: error.message.split('\n')[0]?.replace(/ at line .*/, '') ?? '' };
    let hasAlias = false;
    visit(this.document, { Alias: () => { hasAlias = true; return visit.BREAK; } });
    return hasAlias ? 'alias' : undefined;
  }

  /** The value there, as JSON has it; undefined for none. */
  get(path: Path): unknown {
    const node = this.document.getIn(path, true) as { toJS?(document: Document): unknown } | undefined;
    return node?.toJS?.(this.document);
  }

  /** The text with that value there. Without one the key goes, and so do mappings that are empty then. */
  put(path: Path, value: unknown): string {
    return this.edited((document) => {
      if (value !== undefined) {
        const before = document.getIn(path, true);
        if (isScalar(before) && typeof value !== 'object') {
          if (before.value === '') delete before.type; // its quotes were there for its being empty
          before.value = value;
        } else settle(document, path, value);
        return;
      }
      if (document.hasIn(path)) document.deleteIn(path);
      for (let end = path.length - 1; end > 1; end--) {
        const parent = document.getIn(path.slice(0, end), true);
        const isEmpty = (isMap(parent) || isSeq(parent)) && parent.items.length === 0;
        if (!isEmpty || typeof path[end - 1] === 'number') break;
        document.deleteIn(path.slice(0, end));
      }
    });
  }

  /** The text with those texts in the list there, each that stays in its place. */
  putTexts(path: Path, texts: readonly unknown[]): string {
    if (texts.length === 0) return this.put(path, undefined);
    if (!isSeq(this.document.getIn(path, true))) return this.put(path, texts);
    return this.edited((document) => {
      const list = document.getIn(path, true);
      if (!isSeq(list)) return;
      texts.forEach((text, i) => {
        if (list.get(i) !== text) list.set(i, text);
      });
      list.items.length = texts.length;
    });
  }

  /** The text with one more item at the end of the list there. */
  add(path: Path, item: unknown): string {
    return this.edited((document) => {
      if (isSeq(document.getIn(path, true))) document.addIn(path, document.createNode(item));
      else settle(document, path, [item]);
    });
  }

  /** The text where an item has changed places with the one before it (-1) or after it (1). */
  move(path: Path, index: number, by: -1 | 1): string {
    return this.edited((document) => {
      const list = document.getIn(path, true);
      if (!isSeq(list) || index + by < 0 || index + by >= list.items.length) return;
      const [item] = list.items.splice(index, 1);
      list.items.splice(index + by, 0, item);
    });
  }

  /** The text where a key of the mapping there has another name; nothing happens where the name is taken. */
  rename(path: Path, from: string, to: string): string {
    return this.edited((document) => {
      const map = document.getIn(path, true);
      if (!isMap(map) || map.has(to)) return;
      const pair = map.items.find((it: Pair) => nameOf(it.key) === from);
      if (pair) pair.key = document.createNode(to);
    });
  }

  private get document(): Document {
    return this.documents[this.at] ?? new Document({});
  }

  private edited(edit: (document: Document) => void): string {
    const style = styleOf(this.text);
    const documents = documentsOf(this.text);
    const document = documents[this.at];
    if (!document || this.trouble) return this.text;
    const before = print(documents, style);
    edit(document);
    return inItsOwnWords(this.text, before, print(documents, style));
  }
}

const nameOf = (key: unknown) => String(isScalar(key) ? key.value : key);

/** Puts a value where nothing is yet, or where something of another form is, on the way there, too. */
function settle(document: Document, path: Path, value: unknown) {
  for (let end = 1; end < path.length; end++) {
    const way = path.slice(0, end);
    const node = document.getIn(way, true);
    if (isMap(node) || isSeq(node)) {
      if (node.items.length === 0) node.flow = false; // `{}` is no wish for braces
    } else if (node !== undefined) {
      document.deleteIn(way);
    }
  }
  document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
}

function documentsOf(text: string): Document[] {
  const read = parseAllDocuments(text, READING);
  return Array.isArray(read) && read.length > 0 ? (read as Document[]) : [new Document({})];
}

const print = (documents: Document[], style: ToStringOptions) => documents.map((it) => it.toString(style)).join('');

/** What was printed after an edit, with each line that the edit left as the text itself has it, spaces and all. */
function inItsOwnWords(text: string, before: string, after: string): string {
  const own = text.split('\n');
  if (before.split('\n').length !== own.length) return after;
  let at = 0;
  const lines = difference(before, after).flatMap(({ sign, text: line }) => {
    if (sign === '+') return [line];
    at += 1;
    return sign === ' ' ? [own[at - 1] ?? line] : [];
  });
  return `${lines.join('\n')}\n`;
}

/** How a text is written: the style that gives most of its own lines back. */
function styleOf(text: string): ToStringOptions {
  const documents = documentsOf(text);
  if (documents.some((it) => it.errors.length > 0)) return {};
  const lines = new Set(text.split('\n'));
  let best: { style: ToStringOptions; kept: number } | undefined;
  for (const indentSeq of [true, false]) {
    for (const flowCollectionPadding of [true, false]) {
      const style = { lineWidth: 0, indentSeq, flowCollectionPadding };
      const kept = print(documents, style).split('\n').filter((it) => lines.has(it)).length;
      if (!best || kept > best.kept) best = { style, kept };
    }
  }
  return best?.style ?? {};
}

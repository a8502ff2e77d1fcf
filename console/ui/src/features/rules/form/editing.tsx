import { createContext, use } from 'react';
import type { Draft, Path } from './draft';

/** What all fields of a form share. */
export interface Editing {
  draft: Draft;
  locked: boolean;
  findings: ReadonlyMap<string, string>;
  /** Fields that were opened and have no value yet. */
  opened: ReadonlySet<string>;
  open(path: Path): void;
  set(text: string): void;
}

export const EditingContext = createContext<Editing | undefined>(undefined);

export function useEditing(): Editing {
  const editing = use(EditingContext);
  if (!editing) throw new Error('a field stands in no form');
  return editing;
}

/** A button of one sign, said in words. */
export function Small({ label, text, act, disabled }: { label: string; text: string; act(): void; disabled?: boolean }) {
  return <button type="button" className="small-button" aria-label={label} title={label} disabled={disabled} onClick={act}>{text}</button>;
}

import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useScope } from '../app/scope';
import { useWords } from '../i18n';
import { Empty, To } from '.';

export interface Column<T> {
  id: string;
  title: string;
  cell(row: T): ReactNode;
  /** What rows are put in order by; without it they are not by this column. */
  order?(row: T): string | number;
  right?: boolean;
}

/** Rows with columns to put them in order by; which one stands in the address. */
export function Table<T>(props: {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  rowKey(row: T): string;
  href?(row: T): string;
  empty?: ReactNode;
  param?: string;
}) {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const { search } = useScope();
  const { t } = useWords();
  const param = props.param ?? 'sort';
  const said = params.get(param) ?? '';
  const down = said.startsWith('-');
  const column = props.columns.find((it) => it.id === said.replace('-', ''));
  const rows = column?.order ? sorted(props.rows, column.order, down) : props.rows;

  function order(id: string) {
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        after.set(param, said === id ? `-${id}` : id);
        return after;
      },
      { replace: true },
    );
  }

  if (rows.length === 0) return <>{props.empty ?? <Empty icon="search" title={t('none')} />}</>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={props.label}>
      <table className="table">
        <thead>
          <tr>
            {props.columns.map((it) => (
              <th
                key={it.id}
                scope="col"
                className={it.right ? 'right' : ''}
                aria-sort={column === it ? (down ? 'descending' : 'ascending') : undefined}
              >
                {it.order ? (
                  <button type="button" onClick={() => order(it.id)}>
                    {it.title}
                    {column === it ? (down ? ' ↓' : ' ↑') : ''}
                  </button>
                ) : (
                  it.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={props.rowKey(row)}
              className={props.href ? 'opens' : ''}
              onClick={(event) => {
                if (props.href && !(event.target as Element).closest('a,button')) {
                  void navigate(props.href(row) + search);
                }
              }}
            >
              {props.columns.map((it, i) => (
                <td key={it.id} className={it.right ? 'right' : ''}>
                  {i === 0 && props.href ? <To to={props.href(row)}>{it.cell(row)}</To> : it.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function sorted<T>(rows: readonly T[], by: (row: T) => string | number, down: boolean): T[] {
  const compare = (a: T, b: T) => {
    const [x, y] = [by(a), by(b)];
    return typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
  };
  return rows.toSorted((a, b) => (down ? -compare(a, b) : compare(a, b)));
}

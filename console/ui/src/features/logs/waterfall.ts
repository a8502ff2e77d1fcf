import type { Shape } from '../../api/client';
import { grouped } from '../../parts/grouped';

export interface Bar {
  id: string;
  name: string;
  who: string;
  depth: number;
  /** From the begin of the whole, in milliseconds. */
  start: number;
  length: number;
  error: boolean;
  span?: Shape['Span'];
  log?: Shape['Log'];
}

/** Spans below those that made them; where there are none, logs in the order of time. */
export function bars(trace: { spans: Shape['Span'][]; logs: Shape['Log'][] }): { bars: Bar[]; length: number } {
  const all = trace.spans.length > 0 ? ofSpans(trace.spans) : ofLogs(trace.logs);
  const start = Math.min(...all.map((it) => it.start));
  const moved = all.map((it) => ({ ...it, start: it.start - start }));
  return { bars: moved, length: Math.max(1e-3, ...moved.map((it) => it.start + it.length)) };
}

function ofSpans(spans: Shape['Span'][]): Bar[] {
  const known = new Set(spans.map((it) => it.spanId));
  const children = grouped(spans, (it) => (known.has(it.parentId) && it.parentId !== it.spanId ? it.parentId : ''));
  const result: Bar[] = [];
  const seen = new Set<Shape['Span']>();
  const add = (parent: string, depth: number) => {
    for (const span of (children.get(parent) ?? []).toSorted((a, b) => a.time.localeCompare(b.time))) {
      if (seen.has(span)) continue;
      seen.add(span);
      result.push({
        id: `${span.spanId} ${span.node} ${span.spanKind}`, name: span.name, who: span.service || span.node, depth, start: micros(span.time) / 1_000,
        length: span.durationMillis, error: span.error, span,
      });
      add(span.spanId, depth + 1);
    }
  };
  add('', 0);
  return result;
}

function ofLogs(logs: Shape['Log'][]): Bar[] {
  return logs
    .toSorted((a, b) => a.time.localeCompare(b.time) || b.durationMillis - a.durationMillis)
    .map((log, i) => ({
      id: `log ${i}`, name: log.method ? `${log.method} ${log.path}` : log.protocol,
      who: `${log.source.workload || '?'} → ${log.destination.workload || log.destination.service || '?'}`,
      depth: 0, start: micros(log.time) / 1_000, length: log.durationMillis, error: log.error, log,
    }));
}

/** Microseconds of an instant: a Date has none. */
export function micros(iso: string): number {
  const fraction = /\.(\d+)Z$/.exec(iso)?.[1] ?? '';
  return Math.floor(Date.parse(iso) / 1_000) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

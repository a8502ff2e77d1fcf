import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

/** Ranges that can be chosen, in seconds. */
export const RANGES: Record<string, number> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '6h': 21_600,
  '1d': 86_400,
  '7d': 604_800,
};
const USUAL = '15m';

/** Parameters of the address that go along from page to page. */
const KEPT = ['ns', 'range', 'at'];

/** What all pages look at: a namespace and a time. It stands in the address, so links share it. */
export function useScope() {
  const [params, setParams] = useSearchParams();
  const namespace = params.get('ns') ?? '';
  const said = params.get('range') ?? USUAL;
  const range = said in RANGES ? said : USUAL;
  const seconds = RANGES[range] ?? 900;
  const at = instant(params.get('at'));

  return useMemo(() => {
    const kept = new URLSearchParams();
    KEPT.forEach((name) => {
      const value = params.get(name);
      if (value) kept.set(name, value);
    });
    return {
      namespace,
      range,
      at,
      seconds,
      /** For the API: the last seconds, or those before a moment of the past. */
      window: windowOf(seconds, at),
      search: kept.size > 0 ? `?${kept}` : '',
      set(changes: Record<string, string | undefined>) {
        setParams(
          (before) => {
            const after = new URLSearchParams(before);
            for (const [name, value] of Object.entries(changes)) {
              if (value) after.set(name, value);
              else after.delete(name);
            }
            return after;
          },
          { replace: true },
        );
      },
    };
  }, [params, setParams, namespace, range, at, seconds]);
}

export type Window = { seconds: string } | { from: string; to: string };

export function windowOf(seconds: number, at: string): Window {
  return at
    ? { from: new Date(Date.parse(at) - seconds * 1_000).toISOString(), to: at }
    : { seconds: String(seconds) };
}

function instant(said: string | null): string {
  const millis = said ? Date.parse(said) : NaN;
  return Number.isNaN(millis) ? '' : new Date(millis).toISOString();
}

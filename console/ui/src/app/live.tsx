import { createContext, use, useMemo, useState, type ReactNode } from 'react';

const EVERY_MILLIS = 5_000;

interface Live {
  /** How often answers are asked for again; 0 for never. */
  every: number;
  isOn: boolean;
  set(on: boolean): void;
}

const LiveContext = createContext<Live>({ every: 0, isOn: false, set: () => undefined });

/** @param frozen while a moment of the past is looked at, which does not change */
export function LiveProvider({ frozen, children }: { frozen: boolean; children: ReactNode }) {
  const [isOn, set] = useState(true);
  const live = useMemo(() => ({ every: isOn && !frozen ? EVERY_MILLIS : 0, isOn, set }), [isOn, frozen]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive() {
  return use(LiveContext);
}

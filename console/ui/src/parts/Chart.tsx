import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useWords } from '../i18n';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Curve {
  name: string;
  color: string;
  values: (number | null)[];
}

const HEIGHT = 170;
const DAY_SECONDS = 86_400;

/** A moment at an axis, as fine as the steps between ticks. */
function clock(seconds: number, step: number, language: string): string {
  const date = new Date(seconds * 1_000);
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return step >= DAY_SECONDS
    ? date.toLocaleDateString(locale, { day: 'numeric', month: 'short' })
    : date.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', ...(step < 60 && { second: '2-digit' }) });
}

/** Curves over time. Colours are names of the tokens, so that they follow the theme. */
export default function Chart(props: { label: string; times: number[]; curves: Curve[]; text(value: number): string }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const { times, curves, text } = props;
  const { language } = useWords();

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(`--${name}`);
    const axis = {
      stroke: color('soft'),
      grid: { stroke: color('line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const plot = new uPlot(
      {
        width: element.clientWidth || 300,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        padding: [8, 8, 0, 0],
        scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
        axes: [
          { ...axis, grid: { show: false }, space: 70, size: 28, values: (_, ticks, __, ___, step) => ticks.map((tick) => clock(tick, step, language)) },
          { ...axis, size: 58, values: (_, ticks) => ticks.map((tick) => text(tick)) },
        ],
        series: [
          {},
          ...curves.map((curve) => ({
            label: curve.name,
            stroke: color(curve.color),
            width: 1.6,
            points: { show: false },
          })),
        ],
      },
      [times, ...curves.map((curve) => curve.values)],
      element,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [times, curves, text, scheme, language]);

  return (
    <div className="chart" role="img" aria-label={props.label}>
      {curves.length > 1 && (
        <div className="legend">
          {curves.map((curve) => (
            <span key={curve.name}>
              <span className="swatch" style={{ background: `var(--${curve.color})` }} />
              {curve.name}
            </span>
          ))}
        </div>
      )}
      <div ref={box} />
    </div>
  );
}

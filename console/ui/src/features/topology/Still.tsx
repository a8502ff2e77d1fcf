import { memo, useEffect, useMemo, useRef } from 'react';
import { HEIGHT, WIDTH, type Layout } from './layout';

/** A service's box as it stands in a still. */
export interface StillBox {
  x: number;
  y: number;
  name: string;
  tone: string;
}

interface Drawing {
  paths: { tone: string | undefined; path: string }[];
  boxes: StillBox[];
  places: Layout;
  /** Whether the edges of one node stand out, and all others step back. */
  isDimmed: boolean;
}

/** The wider side of a still, in pixels. */
const STILL = 1_536;
/** How long after the last turn of a wheel the zoom is over. */
const STILL_MILLIS = 180;
/** Edges reach so far beyond the boxes. */
const MARGIN = 300;
/** Boxes that are drawn at once. */
const SOME = 60;
/** From which scale on letters are worth drawing. */
const READABLE = 0.25;
const COLOURS = ['--line', '--line-strong', '--warn', '--bad', '--good', '--panel', '--sunken', '--text', '--soft'] as const;
type Colours = Record<(typeof COLOURS)[number], string>;

/**
 * The whole picture as one image, which stands in for it while one zooms: boxes, letters and a thousand curves are drawn
 * anew by the browser at each scale, and an image is only made larger.
 */
export const Still = memo(({ paths, boxes, places, isDimmed }: Drawing) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useMemo(() => {
    const all = [...places.namespaces.values()];
    const [width, height] = [Math.max(...all.map((it) => it.x + it.width)) + 2 * MARGIN, Math.max(...all.map((it) => it.y + it.height)) + 2 * MARGIN];
    const scale = Math.min(1, STILL / Math.max(width, height));
    return { width: Math.ceil(width * scale), height: Math.ceil(height * scale), scale };
  }, [places]);

  useEffect(() => {
    const map = canvas.current?.closest('.map');
    if (!map) return;
    let [drawn, timer, idle] = ['', 0, 0];
    const look = (): Colours => {
      const style = getComputedStyle(map);
      return Object.fromEntries(COLOURS.map((it) => [it, style.getPropertyValue(it).trim()])) as Colours;
    };
    const prepare = () => {
      cancelIdle(idle);
      const colours = look();
      const pen = canvas.current?.getContext('2d');
      if (!canvas.current || !pen) return;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.current.width, canvas.current.height);
      pen.setTransform(size.scale, 0, 0, size.scale, MARGIN * size.scale, MARGIN * size.scale);
      const steps = drawing(pen, { paths, boxes, places, isDimmed }, colours, getComputedStyle(map).fontFamily, size.scale >= READABLE);
      const next = () => {
        const step = steps.shift();
        if (!step) {
          drawn = Object.values(colours).join(' ');
          return;
        }
        step();
        idle = whenIdle(next);
      };
      idle = whenIdle(next);
    };
    const zooms = () => {
      // The theme may be another one since; until the image is there, the picture itself is.
      if (timer === 0 && drawn !== '' && drawn !== Object.values(look()).join(' ')) {
        drawn = '';
        prepare();
      }
      map.toggleAttribute('data-zooming', drawn !== '');
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        timer = 0;
        map.toggleAttribute('data-zooming', false);
      }, STILL_MILLIS);
    };
    prepare();
    map.addEventListener('wheel', zooms, { passive: true, capture: true });
    return () => {
      clearTimeout(timer);
      cancelIdle(idle);
      map.toggleAttribute('data-zooming', false);
      map.removeEventListener('wheel', zooms, { capture: true });
    };
  }, [paths, boxes, places, isDimmed, size]);

  return (
    <canvas ref={canvas} className="bundle-still" aria-hidden="true" width={size.width} height={size.height}
      style={{ left: -MARGIN, top: -MARGIN, transform: `scale(${1 / size.scale})` }} />
  );
});
Still.displayName = 'Still';

// Safari has none.
const whenIdle = (act: () => void) => (window.requestIdleCallback ? window.requestIdleCallback(act) : window.setTimeout(act, 50));
const cancelIdle = (id: number) => (window.cancelIdleCallback ? window.cancelIdleCallback(id) : clearTimeout(id));

/** What is to be drawn, in parts that each take a moment in which the browser has nothing else to do. */
function drawing(pen: CanvasRenderingContext2D, { paths, boxes, places, isDimmed }: Drawing, colours: Colours, family: string, hasWords: boolean): (() => void)[] {
  const toneOf = (tone: string | undefined, plain: string) =>
    tone === 'bad' ? colours['--bad'] : tone === 'warn' ? colours['--warn'] : tone === 'idle' ? colours['--line-strong'] : plain;
  const namespace = (name: string, x: number, y: number, width: number, height: number) => {
    pen.beginPath();
    pen.roundRect(x, y, width, height, 10);
    pen.globalAlpha = 0.62;
    pen.fillStyle = colours['--sunken'];
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1;
    pen.strokeStyle = colours['--line'];
    pen.stroke();
    pen.font = `600 12.5px ${family}`;
    pen.fillStyle = colours['--soft'];
    if (hasWords) pen.fillText(name || '–', x + 15, y + 21);
  };
  const service = ({ x, y, name, tone }: StillBox) => {
    pen.beginPath();
    pen.roundRect(x + 0.75, y + 0.75, WIDTH - 1.5, HEIGHT - 1.5, 8);
    pen.fillStyle = colours['--panel'];
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = colours['--line-strong'];
    pen.stroke();
    pen.fillStyle = toneOf(tone, colours['--good']);
    pen.fillRect(x, y + 3, 4, HEIGHT - 6);
    pen.font = `600 13px ${family}`;
    pen.fillStyle = colours['--text'];
    if (hasWords) pen.fillText(name, x + 15, y + 25);
  };
  const calls = ({ tone, path }: { tone: string | undefined; path: string }) => {
    pen.globalAlpha = isDimmed ? 0.18 : 0.8;
    pen.lineWidth = tone === 'bad' ? 1.6 : 1.2;
    pen.strokeStyle = toneOf(tone, colours['--line-strong']);
    pen.stroke(new Path2D(path));
    pen.globalAlpha = 1;
  };
  const parts = Array.from({ length: Math.ceil(boxes.length / SOME) }, (_, i) => boxes.slice(i * SOME, (i + 1) * SOME));
  return [
    () => places.namespaces.forEach((it, name) => namespace(name, it.x, it.y, it.width, it.height)),
    ...parts.map((part) => () => part.forEach(service)),
    ...paths.map((it) => () => calls(it)),
  ];
}

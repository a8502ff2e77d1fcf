import { Panel, useReactFlow, useStore, useViewport } from '@xyflow/react';
import { memo, useMemo, type PointerEvent } from 'react';
import { HEIGHT, WIDTH, type Box, type Layout } from './layout';
import type { Picture } from './graph';

const WIDE = 200;
const TALL = 150;

/**
 * The whole in small, and what of it is seen; a press leads there. It is drawn once, and one box moves over it: React Flow's
 * own is drawn anew in each frame in which one pans, which costs the picture every second frame.
 */
export function SmallMap({ picture, places, label }: { picture: Picture; places: Layout; label: string }) {
  const { x, y, zoom } = useViewport();
  const { setCenter } = useReactFlow();
  const width = useStore((it) => it.width);
  const height = useStore((it) => it.height);
  const whole = useMemo(() => around([...places.namespaces.values()]), [places]);
  const scale = Math.min(WIDE / whole.width, TALL / whole.height);

  function lead(event: PointerEvent<HTMLDivElement>) {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    void setCenter(whole.x + (event.clientX - box.left) / scale, whole.y + (event.clientY - box.top) / scale, { zoom });
  }
  const [left, top] = [(-x / zoom - whole.x) * scale, (-y / zoom - whole.y) * scale];
  return (
    <Panel position="bottom-right" className="small-map">
      <div role="img" aria-label={label} onPointerDown={lead} onPointerMove={lead}>
        <Drawing picture={picture} places={places} whole={whole} scale={scale} />
        <div className="seen" style={{ transform: `translate(${left}px,${top}px) scale(${(width / zoom) * scale},${(height / zoom) * scale})` }} />
      </div>
    </Panel>
  );
}

const Drawing = memo(({ picture, places, whole, scale }: { picture: Picture; places: Layout; whole: Box; scale: number }) => (
  <svg width={whole.width * scale} height={whole.height * scale} viewBox={`${whole.x} ${whole.y} ${whole.width} ${whole.height}`}>
    {[...places.namespaces].map(([name, box]) => <rect key={name} {...box} rx={40} />)}
    {picture.nodes.map((it) => {
      const [box, at] = [places.namespaces.get(it.party.namespace), places.nodes.get(it.id)];
      return box && at && <rect key={it.id} className="service" x={box.x + at.x} y={box.y + at.y} width={WIDTH} height={HEIGHT} />;
    })}
  </svg>
));
Drawing.displayName = 'Drawing';

/** The smallest box around others. */
function around(boxes: Box[]): Box {
  const [x, y] = [Math.min(...boxes.map((it) => it.x)), Math.min(...boxes.map((it) => it.y))];
  return { x, y, width: Math.max(...boxes.map((it) => it.x + it.width)) - x, height: Math.max(...boxes.map((it) => it.y + it.height)) - y };
}

/** A small curve without axes. */
export function Spark({ values, tone = 'accent', width = 120, height = 26, label }: {
  values: readonly number[];
  tone?: 'accent' | 'bad' | 'violet';
  width?: number;
  height?: number;
  label: string;
}) {
  const most = Math.max(...values, 0);
  const x = (i: number) => (values.length < 2 ? 0 : (i / (values.length - 1)) * width);
  const y = (value: number) => height - 1.5 - (most === 0 ? 0 : (value / most) * (height - 4));
  const line = values.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={`${line}V${height}H0Z`} fill={`var(--${tone})`} opacity="0.100" />
      <path d={line} fill="none" stroke={`var(--${tone})`} strokeWidth="1.500" strokeLinejoin="round" />
    </svg>
  );
}

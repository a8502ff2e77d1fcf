import { useWords } from '../../../i18n';

const TONES = ['accent', 'violet', 'good', 'warn', 'bad'];

/** Which part of the calls each destination gets, drawn to scale. */
export function Shares({ of }: { of: readonly unknown[] }) {
  const { t } = useWords();
  const weights = of.map(weight);
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum <= 0) return <p className="said warn">{t('form.noWeights')}</p>;
  const share = (it: number) => Math.round((it / sum) * 1_000) / 10;
  return (
    <div className="shares" role="img" aria-label={weights.map((it) => `${share(it)}%`).join(', ')}>
      {weights.map((it, i) => it > 0 && (
        <span key={i} style={{ flexGrow: it, background: `var(--${TONES[i % TONES.length]}-soft)`, color: `var(--${TONES[i % TONES.length]})` }}>
          {destination(of[i])} {share(it)}%
        </span>
      ))}
    </div>
  );
}

function weight(item: unknown): number {
  const said = (item as { weight?: unknown } | null)?.weight;
  return typeof said === 'number' && said > 0 ? said : 0;
}

function destination(item: unknown): string {
  const to = (item as { destination?: { host?: unknown; subset?: unknown } } | null)?.destination;
  return String(to?.subset ?? to?.host ?? '');
}

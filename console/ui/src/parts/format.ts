import { useWords, type Language } from '../i18n';

const locale = (language: Language) => (language === 'zh' ? 'zh-CN' : 'en-GB');

/** Numbers and times as the reader writes them. */
export function useFormat() {
  const { language } = useWords();
  const at = locale(language);
  return {
    count: (n: number) =>
      n >= 100_000
        ? n.toLocaleString(at, { notation: 'compact', maximumFractionDigits: 1 })
        : n.toLocaleString(at),
    rate: (n: number) => n.toLocaleString(at, { maximumFractionDigits: n < 10 ? 2 : n < 100 ? 1 : 0 }),
    share: (n: number) =>
      n.toLocaleString(at, { style: 'percent', maximumFractionDigits: n > 0 && n < 0.1 ? 2 : 1 }),
    millis: (n: number) =>
      n >= 1_000
        ? `${(n / 1_000).toLocaleString(at, { maximumFractionDigits: 2 })} s`
        : `${n.toLocaleString(at, { maximumFractionDigits: n < 10 ? 1 : 0 })} ms`,
    bytes: (n: number) => {
      const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
      const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10));
      return `${(n / 1024 ** step).toLocaleString(at, { maximumFractionDigits: step ? 1 : 0 })} ${units[step]}`;
    },
    time: (iso: string) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) || date.getTime() === 0
        ? '–'
        : date.toLocaleString(at, { dateStyle: 'medium', timeStyle: 'medium' });
    },
    clock: (iso: string) =>
      new Date(iso).toLocaleTimeString(at, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        fractionalSecondDigits: 3,
      }),
    date: (iso: string) => new Date(iso).toLocaleDateString(at, { dateStyle: 'medium' }),
    ago: (iso: string, now = Date.now()) => {
      const millis = Date.parse(iso) - now;
      if (Number.isNaN(millis) || Date.parse(iso) === 0) return '–';
      const words = new Intl.RelativeTimeFormat(at, { numeric: 'auto', style: 'short' });
      const seconds = Math.round(millis / 1_000);
      const size = Math.abs(seconds);
      if (size < 60) return words.format(seconds, 'second');
      if (size < 3_600) return words.format(Math.round(seconds / 60), 'minute');
      if (size < 86_400) return words.format(Math.round(seconds / 3_600), 'hour');
      return words.format(Math.round(seconds / 86_400), 'day');
    },
  };
}

/** The part of a host or an id that people say. */
export const shortHost = (host: string) => host.replace(/\.svc\.cluster\.local$/, '');

/** The part of a node's id that names the workload. */
export const proxyName = (id: string) => {
  const parts = id.split('~');
  return parts.length === 4 ? (parts[2] ?? id) : id;
};

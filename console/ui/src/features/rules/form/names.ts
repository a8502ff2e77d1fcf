import { useWords, type Key } from '../../../i18n';
import { en } from '../../../i18n/en';

/** What a field does, in a few words, for those that have some; its name is Istio's own. */
export function useName() {
  const { t } = useWords();
  return {
    hint(name: string): string {
      const key = `field.${name}`;
      return key in en ? t(key as Key) : '';
    },
  };
}

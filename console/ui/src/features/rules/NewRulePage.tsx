import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Page, To } from '../../parts';
import { Change } from './Change';

export default function NewRulePage() {
  const { t } = useWords();
  const { namespace, search } = useScope();
  const navigate = useNavigate();
  const [text, setText] = useState(() => example(namespace || 'default'));
  return (
    <Page title={t('rules.new')} crumbs={<To to="/rules">{t('nav.rules')}</To>} about={t('rules.newAbout')}>
      <Change
        before=""
        from="new.yaml"
        text={text}
        set={setText}
        done={(applied) => {
          const it = applied.resources[0];
          void navigate(it ? `/rules/${it.plural}/${it.namespace || '_'}/${encodeURIComponent(it.name)}${search}` : `/rules${search}`);
        }}
      />
    </Page>
  );
}

const example = (namespace: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: ${namespace}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews}
    timeout: 3s
    retries: {attempts: 2, perTryTimeout: 1s}
`;

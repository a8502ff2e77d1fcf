import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Button, Page, To } from '../../parts';
import { Change } from './Change';

export default function NewRulePage() {
  const { t } = useWords();
  const { namespace, search } = useScope();
  const navigate = useNavigate();
  const [text, setText] = useState(() => virtualService(namespace || 'default'));
  return (
    <Page title={t('rules.new')} crumbs={<To to="/rules">{t('nav.rules')}</To>} about={t('rules.newAbout')}
      actions={
        <>
          <Button onClick={() => setText(virtualService(namespace || 'default'))}>VirtualService</Button>
          <Button onClick={() => setText(destinationRule(namespace || 'default'))}>DestinationRule</Button>
        </>
      }
    >
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

const virtualService = (namespace: string) => `apiVersion: networking.istio.io/v1
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

const destinationRule = (namespace: string) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: ${namespace}
spec:
  host: reviews
  trafficPolicy:
    connectionPool:
      tcp: {maxConnections: 100}
    outlierDetection:
      consecutive5xxErrors: 5
      interval: 10s
      baseEjectionTime: 30s
  subsets:
  - name: v1
    labels: {version: v1}
`;

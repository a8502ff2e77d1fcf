package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ProxyConfig;

/// Looks at ProxyConfigs.
final class ProxyConfigCheck implements Check<ProxyConfig> {
    @Override
    public void check(Resource<ProxyConfig> resource, Findings findings) {
        FieldPath spec = FieldPath.of("spec");
        resource.spec()
                .selector()
                .ifPresent(s -> PolicyChecks.checkSelector(s, spec.field("selector"), findings));
        Values.checkNotNegative(resource.spec().concurrency(), spec.field("concurrency"), findings);
    }
}

package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.xds.patch.OwnProxy;
import dev.heddle.proxy.config.HttpFilters;
import org.junit.jupiter.api.Test;

/// The control plane says before the proxy does what the proxy refuses.
class OwnProxyTest {
    @Test
    void theControlPlaneKnowsTheProxysHttpFilters() {
        assertThat(HttpFilters.ALL)
                .extracting(type -> type.typeUrl().replace("type.googleapis.com/", ""))
                .containsExactlyInAnyOrderElementsOf(OwnProxy.HTTP_FILTERS);
    }
}

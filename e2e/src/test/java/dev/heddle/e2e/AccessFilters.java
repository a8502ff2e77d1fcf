package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What becomes of AuthorizationPolicies for the proxy of a workload.
final class AccessFilters {
    static final String NAME = "envoy.filters.http.rbac";

    private static final String WEB =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec: {selector: {app: httpbin}, ports: [{name: http, port: 80}]}
            """;

    private AccessFilters() {}

    /// The filters that ask who may do what, in their order.
    ///
    /// @param policies resources in YAML, of which each begins with `---`
    static List<HttpFilter> of(String policies, String namespace) throws Exception {
        var parsed =
                ResourceReader.read("policies.yaml", WEB.replace("default", namespace) + policies);
        assertThat(parsed.diagnostics()).as(policies).isEmpty();
        World world = World.of(1, Resources.of(parsed.resources()), MeshSettings.DEFAULT);
        var scope =
                new ProxyScope(
                        Role.SIDECAR,
                        namespace,
                        Map.of("app", "httpbin", "version", "v1"),
                        namespace + ".svc.cluster.local",
                        "",
                        new Interception.Redirect());
        Listener inbound =
                Objects.requireNonNull(
                                MeshCompiler.compile(world, scope)
                                        .snapshot()
                                        .of(XdsType.LISTENER)
                                        .get("virtualInbound"))
                        .body()
                        .toProto()
                        .unpack(Listener.class);
        for (var chain : inbound.getFilterChainsList()) {
            Any last = chain.getFilters(chain.getFiltersCount() - 1).getTypedConfig();
            if (last.is(HttpConnectionManager.class)) {
                return last.unpack(HttpConnectionManager.class).getHttpFiltersList().stream()
                        .filter(it -> it.getName().equals(NAME))
                        .toList();
            }
        }
        throw new AssertionError("no chain of HTTP");
    }
}

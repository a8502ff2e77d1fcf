package dev.heddle.console.api;

import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// What a proxy was given, in the form of Envoy's page `/config_dump`.
final class DebugDump {
    private static final String TYPE = "type.googleapis.com/envoy.admin.v3.";

    private DebugDump() {}

    /// @param resources of a type, as in `CDS`; without secrets
    static Node of(String version, Function<String, List<Node>> resources, boolean withEndpoints) {
        var configs = new ArrayList<Node>();
        configs.add(dump("BootstrapConfigDump"));
        configs.add(
                dump("ClustersConfigDump")
                        .with("version_info", version)
                        .with(
                                "dynamic_active_clusters",
                                all("CDS", "cluster", version, resources)));
        if (withEndpoints) {
            configs.add(
                    dump("EndpointsConfigDump")
                            .with(
                                    "dynamic_endpoint_configs",
                                    all("EDS", "endpoint_config", version, resources)));
        }
        configs.add(
                dump("ListenersConfigDump")
                        .with("version_info", version)
                        .with(
                                "dynamic_listeners",
                                all("LDS", "listener", version, resources).stream()
                                        .map(DebugDump::active)
                                        .toList()));
        configs.add(dump("ScopedRoutesConfigDump"));
        configs.add(
                dump("RoutesConfigDump")
                        .with(
                                "dynamic_route_configs",
                                all("RDS", "route_config", version, resources)));
        configs.add(
                dump("SecretsConfigDump")
                        .with(
                                "dynamic_active_secrets",
                                all("SDS", "secret", version, resources).stream()
                                        .map(DebugDump::named)
                                        .toList()));
        return Node.Mapping.EMPTY.with("configs", configs);
    }

    private static Node.Mapping dump(String name) {
        return Node.Mapping.EMPTY.with("@type", TYPE + name);
    }

    private static List<Node.Mapping> all(
            String type, String field, String version, Function<String, List<Node>> resources) {
        return resources.apply(type).stream()
                .map(it -> Node.Mapping.EMPTY.with("version_info", version).with(field, it))
                .toList();
    }

    private static Node.Mapping active(Node.Mapping listener) {
        return Node.Mapping.EMPTY
                .with("name", name(listener, "listener"))
                .with("active_state", listener);
    }

    private static Node.Mapping named(Node.Mapping secret) {
        return Node.Mapping.EMPTY
                .with("name", name(secret, "secret"))
                .with("version_info", secret.get("version_info").orElseThrow())
                .with("secret", secret.get("secret").orElseThrow());
    }

    private static String name(Node.Mapping holder, String field) {
        return holder.get(field).orElse(holder) instanceof Node.Mapping resource
                        && resource.get("name").orElse(null) instanceof Node.Text(var name, _)
                ? name
                : "";
    }
}

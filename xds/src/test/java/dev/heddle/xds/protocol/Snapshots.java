package dev.heddle.xds.protocol;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Snapshots for tests, written as `name=content` per type.
final class Snapshots {
    private Snapshots() {}

    /// As in `snapshot("1", CLUSTER, "a=1 b=1", ENDPOINT, "a=1")`.
    static Snapshot snapshot(String version, Object... typesAndResources) {
        var resources = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        for (int i = 0; i < typesAndResources.length; i += 2) {
            XdsType type = (XdsType) typesAndResources[i];
            String text = (String) typesAndResources[i + 1];
            resources.put(
                    type,
                    text.isBlank()
                            ? List.of()
                            : List.of(text.split(" ")).stream().map(r -> parse(type, r)).toList());
        }
        return Snapshot.of(version, resources);
    }

    static Snapshot snapshot(String version, Map<XdsType, Map<String, String>> contents) {
        var resources = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        contents.forEach((type, map) ->
                resources.put(
                        type,
                        map.entrySet().stream()
                                .map(e -> resource(type, e.getKey(), e.getValue()))
                                .toList()));
        return Snapshot.of(version, resources);
    }

    private static XdsResource parse(XdsType type, String text) {
        int equals = text.indexOf('=');
        return equals < 0
                ? resource(type, text, "1")
                : resource(type, text.substring(0, equals), text.substring(equals + 1));
    }

    /// As in `a=2`.
    static String show(XdsType type, XdsResource resource) {
        String name = resource.name();
        return Stream.of("1", "2", "3", "4", "a", "b", "q", "r")
                .filter(c -> resource(type, name, c).version().equals(resource.version()))
                .findFirst()
                .map(content -> name + "=" + content)
                .orElse(name + "=?");
    }

    /// A resource whose bytes, and so whose version, differ with its content. Clusters wait for
    /// endpoints of their name; other contents may be the name of what is used.
    static XdsResource resource(XdsType type, String name, String content) {
        return switch (type) {
            case CLUSTER ->
                    XdsResource.of(
                            name,
                            Cluster.newBuilder()
                                    .setName(name)
                                    .setType(Cluster.DiscoveryType.EDS)
                                    .setAltStatName(content)
                                    .build());
            case ENDPOINT ->
                    XdsResource.of(
                            name,
                            ClusterLoadAssignment.newBuilder()
                                    .setClusterName(name)
                                    .putNamedEndpoints(
                                            content,
                                            io.envoyproxy.envoy.config.endpoint.v3.Endpoint
                                                    .getDefaultInstance())
                                    .build());
            case SECRET, LISTENER, ROUTE, RUNTIME ->
                    XdsResource.of(
                            name,
                            RouteConfiguration.newBuilder()
                                    .setName(name)
                                    .addInternalOnlyHeaders(content)
                                    .build());
        };
    }
}

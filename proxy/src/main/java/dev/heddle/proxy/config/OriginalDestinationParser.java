package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.HeaderName;
import envoy.config.cluster.v3.Cluster;
import envoy.type.metadata.v3.MetadataKey;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads what is special about clusters of type `ORIGINAL_DST`.
final class OriginalDestinationParser {
    private static final String HEADER = "x-envoy-original-dst-host";

    private final Findings findings;

    OriginalDestinationParser(Findings findings) {
        this.findings = findings;
    }

    ClusterConfig.Discovery.OriginalDestination discovery(Cluster cluster) {
        if (cluster.hasLoadAssignment()) {
            findings.reject("load_assignment", "is set beside type ORIGINAL_DST (expected: none)");
        }
        Duration cleanup = ClusterConfig.Discovery.OriginalDestination.CLEANUP;
        if (cluster.hasCleanupInterval()) {
            Duration said = findings.duration("cleanup_interval", cluster.getCleanupInterval());
            if (said.isZero()) {
                findings.reject("cleanup_interval", "0s (expected: more)");
            } else {
                cleanup = said;
            }
        }
        String path = "original_dst_lb_config";
        var config = cluster.getOriginalDstLbConfig();
        findings.fields(
                path,
                config,
                Set.of(
                        "use_http_header",
                        "http_header_name",
                        "upstream_port_override",
                        "metadata_key"));
        if (config.hasMetadataKey()) {
            metadata(join(path, "metadata_key"), config.getMetadataKey());
        }
        OptionalInt port = OptionalInt.empty();
        if (config.hasUpstreamPortOverride()) {
            int value = config.getUpstreamPortOverride().getValue();
            findings.range(join(path, "upstream_port_override"), value, 0, 65_535);
            port = OptionalInt.of(Math.clamp(value, 0, 65_535));
        }
        return new ClusterConfig.Discovery.OriginalDestination(header(path, config), port, cleanup);
    }

    /// No filter of this proxy gives a connection or request any metadata, so nothing is ever found
    /// there: the original destination counts, as at Envoy with the same filters.
    private void metadata(String path, MetadataKey key) {
        findings.fields(path, key, Set.of("key", "path"));
        findings.required(join(path, "key"), key.getKey());
        for (int i = 0; i < key.getPathCount(); i++) {
            String at = path + ".path[" + i + "]";
            findings.fields(at, key.getPath(i), Set.of("key"));
            findings.required(join(at, "key"), key.getPath(i).getKey());
        }
        if (key.getPathCount() == 0) {
            findings.reject(join(path, "path"), "[] (expected: one key or more)");
        }
    }

    private Optional<HeaderName> header(String path, Cluster.OriginalDstLbConfig config) {
        String name = config.getHttpHeaderName();
        if (config.getUseHttpHeader()) {
            try {
                return Optional.of(HeaderName.of(name.isEmpty() ? HEADER : name));
            } catch (IllegalArgumentException e) {
                findings.reject(join(path, "http_header_name"), String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }
        if (!name.isEmpty()) {
            findings.reject(
                    join(path, "http_header_name"),
                    "'" + name + "' without use_http_header (expected: use_http_header: true)");
        }
        return Optional.empty();
    }
}

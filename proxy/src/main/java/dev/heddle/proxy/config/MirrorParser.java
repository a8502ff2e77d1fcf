package dev.heddle.proxy.config;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.route.Mirror;
import envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads who gets copies of requests.
final class MirrorParser {
    private final Findings findings;

    MirrorParser(Findings findings) {
        this.findings = findings;
    }

    List<Mirror> read(String path, List<RequestMirrorPolicy> policies) {
        var mirrors = new ArrayList<Mirror>();
        for (int i = 0; i < policies.size(); i++) {
            mirrors.add(mirror(path + "[" + i + "]", policies.get(i)));
        }
        return List.copyOf(mirrors);
    }

    private Mirror mirror(String path, RequestMirrorPolicy policy) {
        findings.fields(
                path,
                policy,
                Set.of(
                        "cluster",
                        "cluster_header",
                        "runtime_fraction",
                        // Of spans, of which none are made here.
                        "trace_sampled",
                        "disable_shadow_host_suffix_append"));
        if (policy.getCluster().isEmpty() == policy.getClusterHeader().isEmpty()) {
            findings.reject(path, "has no cluster (expected: one of cluster, cluster_header)");
        }
        return new Mirror(
                policy.getCluster(),
                header(Findings.join(path, "cluster_header"), policy.getClusterHeader()),
                policy.hasRuntimeFraction()
                        ? new ChanceParser(findings)
                                .runtime(
                                        Findings.join(path, "runtime_fraction"),
                                        policy.getRuntimeFraction())
                        : Chance.ALWAYS,
                !policy.getDisableShadowHostSuffixAppend());
    }

    private @Nullable HeaderName header(String path, String name) {
        if (name.isEmpty()) {
            return null;
        }
        try {
            return HeaderName.of(name.toLowerCase(java.util.Locale.ROOT));
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return null;
        }
    }
}

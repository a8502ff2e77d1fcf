package dev.heddle.compiler.world;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.codec.EmbeddedReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a workload's own annotations say of its proxy.
///
/// @param options that go before the mesh's
/// @param findings what is wrong with the annotations
public record WorkloadAnnotations(ProxyOptions options, List<Diagnostic> findings) {
    /// A ProxyConfig in YAML.
    public static final String PROXY_CONFIG = "proxy.istio.io/config";

    /// No annotations.
    public static final WorkloadAnnotations NONE =
            new WorkloadAnnotations(ProxyOptions.NONE, List.of());

    public WorkloadAnnotations {
        findings = List.copyOf(findings);
    }

    /// Reads a workload's annotations; those of others are left alone. One that cannot be used
    /// counts as not there.
    ///
    /// @param namespace of the workload
    public static WorkloadAnnotations read(Map<String, String> annotations, String namespace) {
        String text = annotations.get(PROXY_CONFIG);
        if (text == null) {
            return NONE;
        }
        var origin =
                new Origin(
                        "workload in " + namespace,
                        FieldPath.of("metadata", "annotations", PROXY_CONFIG),
                        "",
                        Position.UNKNOWN);
        var findings = new Diagnostics();
        Optional<ProxyOptions> options =
                EmbeddedReader.proxy(origin, text, findings).map(ProxyOptions::of);
        return new WorkloadAnnotations(options.orElse(ProxyOptions.NONE), findings.toList());
    }
}

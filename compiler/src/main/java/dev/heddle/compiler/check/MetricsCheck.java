package dev.heddle.compiler.check;

import dev.heddle.compiler.ir.Metrics.Kind;
import dev.heddle.compiler.observe.MetricProviders;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.IstioMetric;
import dev.heddle.model.istio.Telemetry.MetricName;
import dev.heddle.model.istio.Telemetry.Metrics;
import dev.heddle.model.istio.Telemetry.MetricsOverride;
import dev.heddle.model.istio.Telemetry.TagOverride;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.telemetry.AccessLogFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks what Telemetries say of metrics: who takes them, what is told of a request, and what
/// stock Envoy does not count.
final class MetricsCheck {
    private static final List<String> NAMES =
            Arrays.stream(Kind.values()).map(Kind::statName).toList();

    private final Resource<Telemetry> telemetry;
    private final Diagnostics findings;

    private MetricsCheck(Resource<Telemetry> telemetry, Diagnostics findings) {
        this.telemetry = telemetry;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        Set<String> known = MetricProviders.names(index.observers().mesh());
        for (Resource<Telemetry> telemetry : index.resources().all(Kinds.TELEMETRY)) {
            var check = new MetricsCheck(telemetry, findings);
            List<Metrics> all = telemetry.spec().metrics();
            for (int i = 0; i < all.size(); i++) {
                check.check(all.get(i), FieldPath.of("spec", "metrics").index(i), known);
            }
        }
    }

    private void check(Metrics metrics, FieldPath at, Set<String> known) {
        for (int i = 0; i < metrics.providers().size(); i++) {
            String name = metrics.providers().get(i).name();
            if (!known.contains(name)) {
                findings.add(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        telemetry.origin(at.field("providers").index(i).field("name")),
                        "'" + name + "' takes no metrics (expected: one of " + known + ")",
                        "Nothing is counted for it until the mesh's extensionProviders have it as"
                                + " one of the kind prometheus");
            }
        }
        for (int i = 0; i < metrics.overrides().size(); i++) {
            override(metrics.overrides().get(i), at.field("overrides").index(i));
        }
    }

    private void override(MetricsOverride override, FieldPath at) {
        if (override.match().name().orElse(null) instanceof MetricName.Custom(String stat)
                && !stat.isEmpty()
                && !NAMES.contains(stat)) {
            findings.add(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    telemetry.origin(at.field("match").field("customMetric")),
                    "'"
                            + stat
                            + "' is none of Istio's metrics (expected: one of "
                            + String.join(", ", NAMES)
                            + "), and proxies here run no extension that would define it",
                    "The override counts for nothing; count it in the application");
        }
        messages(override)
                .ifPresent(metric ->
                        findings.add(
                                DiagnosticCode.OWN_PROXY_ONLY,
                                telemetry.origin(at.field("match").field("metric")),
                                metric + ": stock Envoy counts no messages of gRPC",
                                "It counts the calls, as without this; 'heddle proxy' counts their"
                                        + " messages, too"));
        override.tagOverrides()
                .forEach((tag, said) -> {
                    if (said.operation() == TagOverride.Operation.UPSERT) {
                        expression(
                                said.value(), at.field("tagOverrides").field(tag).field("value"));
                    }
                });
    }

    /// Which messages are to be counted; empty for none.
    private static Optional<IstioMetric> messages(MetricsOverride override) {
        boolean isAsked = override.disabled().isPresent() && !override.disabled().get();
        return override.match()
                .name()
                .filter(_ -> isAsked)
                .flatMap(name ->
                        switch (name) {
                            case MetricName.Standard(IstioMetric metric) -> Optional.of(metric);
                            case MetricName.Custom(String stat) ->
                                    stat.equals(Kind.REQUEST_MESSAGES.statName())
                                            ? Optional.of(IstioMetric.GRPC_REQUEST_MESSAGES)
                                            : stat.equals(Kind.RESPONSE_MESSAGES.statName())
                                                    ? Optional.of(
                                                            IstioMetric.GRPC_RESPONSE_MESSAGES)
                                                    : Optional.<IstioMetric>empty();
                        })
                .filter(it ->
                        it == IstioMetric.GRPC_REQUEST_MESSAGES
                                || it == IstioMetric.GRPC_RESPONSE_MESSAGES);
    }

    private void expression(String value, FieldPath at) {
        try {
            AccessLogFormat.parse("%CEL(" + value + ")%");
        } catch (IllegalArgumentException e) {
            findings.add(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    telemetry.origin(at),
                    String.valueOf(e.getMessage()),
                    "Heddle's own proxy refuses listeners with it and stays with what it had;"
                            + " Envoy is given it as it stands");
        }
    }
}

package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.Tracing;
import dev.heddle.compiler.ir.Tracing.Tag;
import dev.heddle.compiler.ir.Tracing.Tail;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.observe.TracingProviders;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.CustomTag;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshTracing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// How listeners follow requests, as the mesh and its Telemetries say it, by Istio's rules: the
/// first provider that is named counts, and what a narrower Telemetry says goes before what a wider
/// one does, field by field. Where nobody is named, the control plane takes spans, if it keeps what
/// it is told.
final class TracingLowering {
    private static final double USUAL_PERCENT = 1;

    /// What the control plane is told of in the end, where nobody says anything about it.
    private static final Tail USUAL_TAIL = new Tail(true, Optional.of(SignalsLowering.SLOW));

    private final Optional<MeshConfig> mesh;
    private final Optional<MeshTracing> options;
    private final Role role;
    private final ServiceCatalog services;
    private final Observers observers;

    /// @param observers some of whom take spans
    /// @param options of the proxy, the mesh's included
    TracingLowering(
            Observers observers,
            Optional<MeshTracing> options,
            Role role,
            ServiceCatalog services) {
        this.mesh = observers.mesh();
        this.options = options;
        this.role = role;
        this.services = services;
        this.observers = observers;
    }

    /// @param said by Telemetries for that side of calls, the widest first
    /// @param tail which requests are told of in the end
    Optional<Tracing> lower(List<Telemetry.Tracing> said, Optional<Tail> tail) {
        Optional<String> usual =
                mesh.flatMap(MeshConfig::defaultProviders)
                        .flatMap(it -> it.tracing().stream().findFirst());
        if (said.isEmpty() && usual.isEmpty()) {
            Optional<Tracing> old = ofAddress(tail);
            if (old.isPresent() || !observers.keepsSignals()) {
                return old;
            }
        }
        Optional<String> name =
                said.stream()
                        .flatMap(it -> it.providers().stream().limit(1))
                        .map(Telemetry.ProviderRef::name)
                        .reduce((_, narrower) -> narrower)
                        .or(() -> usual)
                        .or(() ->
                                observers.keepsSignals()
                                        ? Optional.of(Observers.CONTROL_PLANE)
                                        : Optional.empty());
        boolean isOff = last(said, Telemetry.Tracing::disableSpanReporting).orElse(false);
        TracingProviders.Named named =
                name.map(it -> observers.tracing().usable().get(it)).orElse(null);
        if (isOff || named == null) {
            return Optional.empty();
        }
        double percent =
                last(
                                said,
                                it ->
                                        it.randomSamplingPercentage().isPresent()
                                                ? Optional.of(
                                                        it.randomSamplingPercentage().getAsDouble())
                                                : Optional.empty())
                        .orElseGet(this::usualPercent);
        boolean decides =
                named.provider() instanceof Tracing.Provider.OpenTelemetry otel
                        && otel.sampler().isPresent();
        Map<String, CustomTag> tags =
                last(
                                said,
                                it ->
                                        it.customTags().isEmpty()
                                                ? Optional.empty()
                                                : Optional.of(it.customTags()))
                        .or(() -> options.map(MeshTracing::customTags))
                        .orElse(Map.of());
        return Optional.of(
                new Tracing(
                        named.provider(),
                        decides ? 100 : percent,
                        tags(tags),
                        mesh(last(said, Telemetry.Tracing::enableIstioTags)),
                        named.pathLength().isPresent() ? named.pathLength() : pathLength(),
                        named.provider() instanceof Tracing.Provider.SkyWalking
                                || role == Role.GATEWAY,
                        !last(said, Telemetry.Tracing::disableContextPropagation).orElse(false),
                        last(said, Telemetry.Tracing::useRequestIdForTraceSampling).orElse(true),
                        named.provider().cluster().equals(ClusterName.CONTROL_PLANE)
                                ? tail.or(() -> Optional.of(USUAL_TAIL))
                                : tail));
    }

    /// As before there were Telemetries: `enableTracing`, and an address of Zipkin.
    private Optional<Tracing> ofAddress(Optional<Tail> tail) {
        if (!mesh.map(MeshConfig::enableTracing).orElse(false)) {
            return Optional.empty();
        }
        return options.flatMap(MeshTracing::zipkin)
                .flatMap(it -> TracingProviders.zipkin(it.address(), services))
                .map(provider ->
                        new Tracing(
                                provider,
                                usualPercent(),
                                tags(options.map(MeshTracing::customTags).orElse(Map.of())),
                                mesh(options.flatMap(MeshTracing::enableIstioTags)),
                                pathLength(),
                                role == Role.GATEWAY,
                                true,
                                true,
                                tail));
    }

    private Optional<String> mesh(Optional<Boolean> isTold) {
        return Optional.of(observers.meshId()).filter(_ -> isTold.orElse(true));
    }

    /// As Istio: zero is as if nothing was said, and more than all is 1 %.
    private double usualPercent() {
        double said = options.map(MeshTracing::sampling).orElse(0.0);
        return said == 0 || said > 100 ? USUAL_PERCENT : said;
    }

    private OptionalInt pathLength() {
        int said = options.map(MeshTracing::maxPathTagLength).orElse(0);
        return said <= 0 ? OptionalInt.empty() : OptionalInt.of(said);
    }

    private static List<Tag> tags(Map<String, CustomTag> said) {
        return said.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(it -> new Tag(it.getKey(), value(it.getValue())))
                .toList();
    }

    private static Tag.Value value(CustomTag tag) {
        return switch (tag) {
            case CustomTag.Literal(var literal) -> new Tag.Value.Literal(literal.value());
            case CustomTag.Environment(var named) ->
                    new Tag.Value.Environment(named.name(), named.defaultValue());
            case CustomTag.Header(var named) ->
                    new Tag.Value.Header(named.name(), named.defaultValue());
            case CustomTag.Formatter(var format) -> new Tag.Value.Format(format.value());
        };
    }

    private interface Field<T> {
        Optional<T> of(Telemetry.Tracing tracing);
    }

    /// What the narrowest says that says it.
    private static <T> Optional<T> last(List<Telemetry.Tracing> said, Field<T> field) {
        return said.stream().flatMap(it -> field.of(it).stream()).reduce((_, narrower) -> narrower);
    }
}

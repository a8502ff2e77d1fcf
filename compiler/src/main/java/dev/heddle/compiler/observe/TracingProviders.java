package dev.heddle.compiler.observe;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.Tracing;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.FieldPath;
import dev.heddle.model.mesh.ExtensionProvider;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.TracingProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who may take spans, as the mesh names them (`extensionProviders`). One with a mistake takes
/// none.
///
/// @param usable by name
/// @param problems what is wrong with the others
/// @param onlyOfEnvoy what Heddle's own proxy does not do
public record TracingProviders(
        SortedMap<String, Named> usable, List<Problem> problems, List<Problem> onlyOfEnvoy) {
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);
    private static final String ZIPKIN_PATH = "/api/v2/spans";
    private static final String DYNATRACE_PATH = "/api/v2/samplingConfiguration";

    /// It is reached by the connection that proxies have to it anyway.
    private static final Tracing.Provider CONTROL_PLANE =
            new Tracing.Provider.OpenTelemetry(
                    ClusterName.CONTROL_PLANE,
                    ClusterName.CONTROL_PLANE,
                    Optional.empty(),
                    USUAL_TIMEOUT,
                    List.of(),
                    false,
                    false,
                    Optional.empty());

    /// @param pathLength how many characters of a path a span has; empty for the proxy's usual
    public record Named(Tracing.Provider provider, OptionalInt pathLength) {}

    /// Something that keeps a provider from taking spans.
    ///
    /// @param path of the field
    public record Problem(FieldPath path, String text, String hint) {}

    public TracingProviders {
        problems = List.copyOf(problems);
        onlyOfEnvoy = List.copyOf(onlyOfEnvoy);
    }

    /// Those of a mesh.
    public static TracingProviders of(Optional<MeshConfig> config, ServiceCatalog services) {
        return of(config, services, FieldPath.ROOT);
    }

    /// The same, with the control plane, unless another one has its name.
    static TracingProviders withControlPlane(Optional<MeshConfig> config, ServiceCatalog services) {
        var reading = new Reading(new ProviderServices(services));
        reading.usable.put(Observers.CONTROL_PLANE, new Named(CONTROL_PLANE, OptionalInt.empty()));
        return of(config, FieldPath.ROOT, reading);
    }

    /// The same.
    ///
    /// @param at where the settings stand
    public static TracingProviders of(
            Optional<MeshConfig> config, ServiceCatalog services, FieldPath at) {
        return of(config, at, new Reading(new ProviderServices(services)));
    }

    private static TracingProviders of(Optional<MeshConfig> config, FieldPath at, Reading reading) {
        List<ExtensionProvider> all = config.map(MeshConfig::extensionProviders).orElse(List.of());
        for (int i = 0; i < all.size(); i++) {
            reading.read(all.get(i), at.field("extensionProviders").index(i));
        }
        return new TracingProviders(reading.usable, reading.problems, reading.onlyOfEnvoy);
    }

    /// A Zipkin of which only the address is said, as in `zipkin.obs.svc.cluster.local:9411`; empty
    /// where it is no service of the mesh.
    public static Optional<Tracing.Provider> zipkin(String address, ServiceCatalog services) {
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        ProviderServices.Found found =
                new ProviderServices(services)
                        .find(address.substring(0, colon), Integer.parseInt(port), FieldPath.ROOT);
        return found.wrong().isPresent()
                ? Optional.empty()
                : Optional.of(
                        new Tracing.Provider.Zipkin(
                                found.cluster(),
                                found.host(),
                                ZIPKIN_PATH,
                                USUAL_TIMEOUT,
                                List.of(),
                                true,
                                false));
    }

    private static final class Reading {
        private final ProviderServices services;
        private final SortedMap<String, Named> usable = new TreeMap<>();
        private final List<Problem> problems = new ArrayList<>();
        private final List<Problem> onlyOfEnvoy = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        Reading(ProviderServices services) {
            this.services = services;
        }

        void read(ExtensionProvider said, FieldPath path) {
            int before = problems.size();
            Optional<Named> read =
                    said.zipkin()
                            .map(it -> zipkin(it, path.field("zipkin")))
                            .or(() ->
                                    said.opentelemetry()
                                            .map(it -> otel(it, path.field("opentelemetry"))))
                            .or(() ->
                                    said.skywalking()
                                            .map(it -> skyWalking(it, path.field("skywalking"))))
                            .or(() -> said.datadog().map(it -> datadog(it, path.field("datadog"))));
            if (read.isEmpty()) {
                return;
            }
            if (said.name().isEmpty() || !names.add(said.name())) {
                wrong(
                        path.field("name"),
                        said.name().isEmpty()
                                ? "'' (expected: a name)"
                                : "'" + said.name() + "' is the name of another one");
                usable.remove(said.name());
                return;
            }
            if (problems.size() == before) {
                usable.put(said.name(), read.get());
            }
        }

        private void wrong(FieldPath path, String text) {
            problems.add(new Problem(path, text, "It takes no spans until then"));
        }

        private void onlyOfEnvoy(FieldPath path, String what) {
            onlyOfEnvoy.add(
                    new Problem(
                            path,
                            what + " is not implemented in Heddle's own proxy",
                            "It refuses listeners with it and stays with what it had; Envoy is"
                                    + " given it as it stands"));
        }

        private ProviderServices.Found service(String service, int port, FieldPath path) {
            ProviderServices.Found found = services.find(service, port, path);
            found.wrong().ifPresent(it -> wrong(it.path(), it.text()));
            return found;
        }

        private OptionalInt length(int said, FieldPath path) {
            if (said < 0 || said > 65_536) {
                wrong(path.field("maxTagLength"), said + " (expected: from 0 to 65536)");
            }
            return said <= 0 ? OptionalInt.empty() : OptionalInt.of(said);
        }

        private Duration timeout(Optional<Duration> said, FieldPath path) {
            Duration timeout = said.orElse(USUAL_TIMEOUT);
            if (timeout.isNegative() || timeout.isZero()) {
                wrong(path.field("timeout"), timeout + " (expected: more than 0)");
            }
            return timeout;
        }

        private List<Tracing.Header> headers(List<TracingProvider.Header> said, FieldPath path) {
            var headers = new ArrayList<Tracing.Header>();
            for (int i = 0; i < said.size(); i++) {
                TracingProvider.Header header = said.get(i);
                boolean isOne =
                        EnvoySyntax.isHeaderName(header.name())
                                && header.value().chars().allMatch(c -> c >= ' ' && c != 0x7f);
                if (!isOne) {
                    wrong(path.index(i), "no header (expected: a name, and a value of one line)");
                }
                headers.add(new Tracing.Header(header.name(), header.value()));
            }
            return headers;
        }

        private Named zipkin(TracingProvider.Zipkin said, FieldPath path) {
            ProviderServices.Found to = service(said.service(), said.port(), path);
            if (!said.path().isEmpty() && !said.path().startsWith("/")) {
                wrong(path.field("path"), "'" + said.path() + "' (expected: beginning with /)");
            }
            return new Named(
                    new Tracing.Provider.Zipkin(
                            to.cluster(),
                            to.host(),
                            said.path().isEmpty() ? ZIPKIN_PATH : said.path(),
                            timeout(said.timeout(), path),
                            headers(said.headers(), path.field("headers")),
                            !said.enable64bitTraceId(),
                            switch (said.traceContextOption()) {
                                case USE_B3 -> false;
                                case USE_B3_WITH_W3C_PROPAGATION -> true;
                            }),
                    length(said.maxTagLength(), path));
        }

        private Named otel(TracingProvider.OpenTelemetry said, FieldPath path) {
            ProviderServices.Found to = service(said.service(), said.port(), path);
            if (said.http().isPresent() && said.grpc().isPresent()) {
                wrong(path, "has 'http' and 'grpc' (expected: one)");
            }
            Optional<TracingProvider.OpenTelemetry.Http> http = said.http();
            http.filter(it -> !it.path().startsWith("/"))
                    .ifPresent(it ->
                            wrong(
                                    path.field("http").field("path"),
                                    "'" + it.path() + "' (expected: beginning with /)"));
            Optional<TracingProvider.OpenTelemetry.Grpc> grpc = said.grpc();
            boolean readsDynatrace =
                    said.resourceDetectors().flatMap(r -> r.dynatrace()).isPresent();
            if (readsDynatrace) {
                onlyOfEnvoy(
                        path.field("resourceDetectors").field("dynatrace"),
                        "a resource detector of Dynatrace");
            }
            List<Tracing.Header> headers =
                    http.isPresent()
                            ? headers(http.get().headers(), path.field("http").field("headers"))
                            : headers(
                                    grpc.map(g -> g.initialMetadata()).orElse(List.of()),
                                    path.field("grpc").field("initialMetadata"));
            Duration timeout =
                    http.isPresent()
                            ? timeout(http.get().timeout(), path.field("http"))
                            : timeout(grpc.flatMap(g -> g.timeout()), path.field("grpc"));
            return new Named(
                    new Tracing.Provider.OpenTelemetry(
                            to.cluster(),
                            to.host(),
                            http.map(it -> it.path()),
                            timeout,
                            headers,
                            said.resourceDetectors().flatMap(r -> r.environment()).isPresent(),
                            readsDynatrace,
                            said.dynatraceSampler()
                                    .map(it ->
                                            sampler(it, to, http, path.field("dynatraceSampler")))),
                    length(said.maxTagLength(), path));
        }

        private Tracing.Provider.Dynatrace sampler(
                TracingProvider.OpenTelemetry.DynatraceSampler said,
                ProviderServices.Found exporter,
                Optional<TracingProvider.OpenTelemetry.Http> exporterHttp,
                FieldPath path) {
            onlyOfEnvoy(path, "a sampler of Dynatrace");
            if (said.httpService().isPresent()) {
                TracingProvider.OpenTelemetry.Api api = said.httpService().get();
                FieldPath at = path.field("httpService");
                ProviderServices.Found to = service(api.service(), api.port(), at);
                return new Tracing.Provider.Dynatrace(
                        said.tenant(),
                        said.clusterId(),
                        said.rootSpansPerMinute(),
                        to.cluster(),
                        to.host(),
                        api.http().path(),
                        timeout(api.http().timeout(), at.field("http")),
                        headers(api.http().headers(), at.field("http").field("headers")));
            }
            if (exporterHttp.isEmpty()) {
                wrong(path.field("httpService"), "is not said (expected: it, as spans go in gRPC)");
            }
            return new Tracing.Provider.Dynatrace(
                    said.tenant(),
                    said.clusterId(),
                    said.rootSpansPerMinute(),
                    exporter.cluster(),
                    exporter.host(),
                    DYNATRACE_PATH,
                    exporterHttp.flatMap(it -> it.timeout()).orElse(USUAL_TIMEOUT),
                    exporterHttp
                            .map(it ->
                                    it.headers().stream()
                                            .map(h -> new Tracing.Header(h.name(), h.value()))
                                            .toList())
                            .orElse(List.of()));
        }

        private Named skyWalking(TracingProvider.SkyWalking said, FieldPath path) {
            ProviderServices.Found to = service(said.service(), said.port(), path);
            return new Named(
                    new Tracing.Provider.SkyWalking(to.cluster(), to.host(), said.accessToken()),
                    OptionalInt.empty());
        }

        private Named datadog(TracingProvider.Datadog said, FieldPath path) {
            ProviderServices.Found to = service(said.service(), said.port(), path);
            return new Named(
                    new Tracing.Provider.Datadog(to.cluster(), to.host()),
                    length(said.maxTagLength(), path));
        }
    }
}

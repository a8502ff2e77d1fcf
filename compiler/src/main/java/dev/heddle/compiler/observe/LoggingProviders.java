package dev.heddle.compiler.observe;

import dev.heddle.compiler.ir.AccessLog.Headers;
import dev.heddle.compiler.ir.AccessLog.Line;
import dev.heddle.compiler.ir.AccessLog.Sink;
import dev.heddle.compiler.ir.AccessLog.Target;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.FieldPath;
import dev.heddle.model.mesh.ExtensionProvider;
import dev.heddle.model.mesh.LoggingProvider;
import dev.heddle.model.mesh.LoggingProvider.LineFormat;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.telemetry.AccessLogFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Those who take access logs, as the mesh names them (`extensionProviders`). One with a mistake
/// takes none. As with Istio, `envoy` is always there, unless the mesh has another one of that
/// name: the standard output.
///
/// @param usable by name
/// @param problems what is wrong with the others
public record LoggingProviders(SortedMap<String, Sink> usable, List<Problem> problems) {
    private static final String STDOUT = "/dev/stdout";

    /// Something that is wrong with a provider.
    ///
    /// @param path of the field
    public record Problem(FieldPath path, String text, Kind kind) {}

    /// What is wrong.
    public enum Kind {
        /// Its service is not there; it takes no logs.
        MISSING,
        /// Another one has its name; it takes no logs.
        TWICE,
        /// Heddle's own proxy does not know its format.
        UNKNOWN
    }

    public LoggingProviders {
        problems = List.copyOf(problems);
    }

    /// Those of a mesh.
    public static LoggingProviders of(Optional<MeshConfig> config, ServiceCatalog services) {
        return of(config, services, FieldPath.ROOT);
    }

    /// The same.
    ///
    /// @param at where the settings stand
    public static LoggingProviders of(
            Optional<MeshConfig> config, ServiceCatalog services, FieldPath at) {
        var reading = new Reading(services);
        reading.usable.put("envoy", file(STDOUT, false, new LineFormat("", Map.of())));
        List<ExtensionProvider> all = config.map(MeshConfig::extensionProviders).orElse(List.of());
        for (int i = 0; i < all.size(); i++) {
            reading.read(all.get(i), at.field("extensionProviders").index(i));
        }
        return new LoggingProviders(reading.usable, reading.problems);
    }

    private static Sink file(String path, boolean omitsEmpty, LineFormat format) {
        return new Sink.File(path.isEmpty() ? STDOUT : path, Optional.of(line(format)), omitsEmpty);
    }

    private static Line line(LineFormat format) {
        if (!format.labels().isEmpty()) {
            return new Line.Json(format.labels());
        }
        String text = format.text().isEmpty() ? AccessLogs.istioText() : format.text();
        return new Line.Text(text.endsWith("\n") ? text : text + "\n");
    }

    private static final class Reading {
        private final ProviderServices services;
        private final SortedMap<String, Sink> usable = new TreeMap<>();
        private final List<Problem> problems = new ArrayList<>();

        Reading(ServiceCatalog services) {
            this.services = new ProviderServices(services);
        }

        void read(ExtensionProvider provider, FieldPath path) {
            provider.envoyFileAccessLog()
                    .ifPresent(it -> {
                        FieldPath at = path.field("envoyFileAccessLog");
                        format(it.logFormat(), at.field("logFormat"));
                        put(provider, path, file(it.path(), it.omitEmptyValues(), it.logFormat()));
                    });
            provider.envoyHttpAls()
                    .flatMap(it -> http(it, path.field("envoyHttpAls")))
                    .ifPresent(sink -> put(provider, path, sink));
            provider.envoyTcpAls()
                    .flatMap(it -> tcp(it, path.field("envoyTcpAls")))
                    .ifPresent(sink -> put(provider, path, sink));
            provider.envoyOtelAls()
                    .flatMap(it -> collector(it, path.field("envoyOtelAls")))
                    .ifPresent(sink -> put(provider, path, sink));
        }

        private void put(ExtensionProvider provider, FieldPath path, Sink sink) {
            boolean isTwice =
                    !provider.name().equals("envoy") && usable.containsKey(provider.name());
            if (isTwice) {
                problems.add(
                        new Problem(
                                path.field("name"),
                                "'" + provider.name() + "' is the name of another one",
                                Kind.TWICE));
            } else {
                usable.put(provider.name(), sink);
            }
        }

        private Optional<Sink> http(LoggingProvider.HttpService said, FieldPath path) {
            return target(said.service(), said.port(), said.logName(), "http_envoy_accesslog", path)
                    .map(target ->
                            new Sink.Service(
                                    target,
                                    true,
                                    new Headers(
                                            said.additionalRequestHeadersToLog(),
                                            said.additionalResponseHeadersToLog(),
                                            said.additionalResponseTrailersToLog(),
                                            said.filterStateObjectsToLog())));
        }

        private Optional<Sink> tcp(LoggingProvider.TcpService said, FieldPath path) {
            return target(said.service(), said.port(), said.logName(), "tcp_envoy_accesslog", path)
                    .map(target ->
                            new Sink.Service(
                                    target,
                                    false,
                                    new Headers(
                                            List.of(),
                                            List.of(),
                                            List.of(),
                                            said.filterStateObjectsToLog())));
        }

        private Optional<Sink> collector(LoggingProvider.OpenTelemetry said, FieldPath path) {
            LineFormat format = said.logFormat();
            format(format, path.field("logFormat"));
            // As Istio, a text is the body, and labels are attributes beside it.
            String body = format.text().isEmpty() ? AccessLogs.istioText().strip() : format.text();
            return target(said.service(), said.port(), said.logName(), "otel_envoy_accesslog", path)
                    .map(target -> new Sink.Collector(target, body, format.labels()));
        }

        private Optional<Target> target(
                String service, int port, String logName, String usual, FieldPath path) {
            ProviderServices.Found found = services.find(service, port, path);
            found.wrong()
                    .ifPresent(it -> problems.add(new Problem(it.path(), it.text(), Kind.MISSING)));
            return found.wrong().isPresent()
                    ? Optional.empty()
                    : Optional.of(
                            new Target(
                                    found.cluster(),
                                    found.host(),
                                    logName.isEmpty() ? usual : logName));
        }

        /// Formats that Heddle's own proxy does not know; Envoy is given them as they stand.
        private void format(LineFormat format, FieldPath path) {
            unknown(format.text(), path.field("text"));
            format.labels()
                    .forEach((name, text) -> unknown(text, path.field("labels").field(name)));
        }

        private void unknown(String format, FieldPath path) {
            try {
                AccessLogFormat.parse(format);
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(path, String.valueOf(e.getMessage()), Kind.UNKNOWN));
            }
        }
    }
}

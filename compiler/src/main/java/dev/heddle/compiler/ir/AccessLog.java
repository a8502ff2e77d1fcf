package dev.heddle.compiler.ir;

import dev.heddle.compiler.ir.Tracing.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where requests and connections are logged, and which of them.
///
/// @param filter an expression of CEL that is true of those; empty for all
public record AccessLog(Sink sink, Optional<String> filter) {
    /// The standard output, as the proxy writes it.
    public static final AccessLog STDOUT =
            new AccessLog(new Sink.File("/dev/stdout", Optional.empty(), false), Optional.empty());

    /// Who takes them.
    public sealed interface Sink {
        /// A file.
        ///
        /// @param path of it, `/dev/stdout` or `/dev/stderr`
        /// @param line what it looks like; empty for the proxy's own
        /// @param omitsEmpty whether a line leaves out what there is not
        record File(String path, Optional<Line> line, boolean omitsEmpty) implements Sink {}

        /// An access log service (ALS).
        ///
        /// @param isHttp whether it is told of requests; of connections otherwise
        /// @param headers that entries have besides
        record Service(Target target, boolean isHttp, Headers headers) implements Sink {}

        /// A collector of OpenTelemetry.
        ///
        /// @param body of records, in Envoy's command operators
        /// @param attributes of records, by name; the same
        record Collector(Target target, String body, Map<String, String> attributes)
                implements Sink {
            public Collector {
                attributes = new TreeMap<>(attributes);
            }
        }

        /// The control plane, which is told of requests that failed or took long, and of a share of
        /// the others.
        ///
        /// @param percent of the others
        /// @param slow how long a request takes that is told of for that alone
        /// @param requests what entries about requests say besides
        /// @param connections what those about connections say
        /// @param unserved what those say about connections that nobody served
        record ControlPlane(
                int percent,
                Duration slow,
                List<Tag> requests,
                List<Tag> connections,
                List<Tag> unserved)
                implements Sink {
            public ControlPlane {
                requests = List.copyOf(requests);
                connections = List.copyOf(connections);
                unserved = List.copyOf(unserved);
            }
        }
    }

    /// A service of the mesh that takes logs over gRPC.
    ///
    /// @param cluster through which it is reached
    /// @param host its name
    /// @param logName that it is told
    public record Target(String cluster, String host, String logName) {}

    /// Headers by their names.
    ///
    /// @param filterState objects of stock Envoy's, which entries have besides
    public record Headers(
            List<String> request,
            List<String> response,
            List<String> trailers,
            List<String> filterState) {
        /// None.
        public static final Headers NONE = new Headers(List.of(), List.of(), List.of(), List.of());

        public Headers {
            request = List.copyOf(request);
            response = List.copyOf(response);
            trailers = List.copyOf(trailers);
            filterState = List.copyOf(filterState);
        }
    }

    /// A line, in Envoy's command operators.
    public sealed interface Line {
        /// @param format ends with a line break
        record Text(String format) implements Line {}

        /// @param fields format by name
        record Json(Map<String, String> fields) implements Line {
            public Json {
                fields = new TreeMap<>(fields);
            }
        }
    }

    /// The service of the mesh that takes it; empty for none.
    public Optional<Target> target() {
        return switch (sink) {
            case Sink.File _, Sink.ControlPlane _ -> Optional.empty();
            case Sink.Service service -> Optional.of(service.target());
            case Sink.Collector collector -> Optional.of(collector.target());
        };
    }
}

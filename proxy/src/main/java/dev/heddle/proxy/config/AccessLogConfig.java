package dev.heddle.proxy.config;

import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.tracing.CustomTag;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.JsonFormat;
import dev.heddle.xds.wire.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// One access log of a TCP proxy or an HTTP connection manager: what is done with an exchange or a
/// connection when it is over (`envoy.config.accesslog.v3.AccessLog`).
public sealed interface AccessLogConfig {
    /// Whether it asks how many messages a call of gRPC has.
    default boolean asksMessages() {
        return switch (this) {
            case Stats stats -> stats.isOfMessages();
            case Filtered(LogFilter _, AccessLogConfig log) -> log.asksMessages();
            case Lines _, Entries _, Records _ -> false;
        };
    }

    /// It is a line.
    ///
    /// @param omitsEmpty whether what there is not is left out
    record Lines(Target target, Line line, boolean omitsEmpty) implements AccessLogConfig {
        /// One that says of everything whether it is there.
        public Lines(Target target, Line line) {
            this(target, line, false);
        }
    }

    /// It is done with some of them only.
    record Filtered(LogFilter filter, AccessLogConfig log) implements AccessLogConfig {}

    /// It is an entry that an access log service takes (ALS).
    ///
    /// @param isHttp whether it is about exchanges; about connections otherwise
    /// @param tags what it says besides
    record Entries(LogService service, boolean isHttp, ToldHeaders told, List<CustomTag> tags)
            implements AccessLogConfig {
        public Entries {
            tags = List.copyOf(tags);
        }
    }

    /// It is a record that a collector of OpenTelemetry takes.
    ///
    /// @param timeout of a call
    /// @param resource what is said of this proxy with each batch, as a message
    ///   (`opentelemetry.proto.resource.v1.Resource`)
    /// @param isLabelled whether who this proxy is and the log's name are said besides
    record Records(
            LogService service,
            Duration timeout,
            Bytes resource,
            boolean isLabelled,
            LogValue body,
            LogValue.Members attributes)
            implements AccessLogConfig {}

    /// A service of gRPC that takes logs.
    ///
    /// @param cluster whose hosts are asked
    /// @param authority what requests say as `:authority`
    /// @param headers what requests carry besides; they may hold a secret
    /// @param logName that the service is told
    /// @param interval how long entries wait at most for others
    /// @param bufferBytes how many bytes of entries make a message; 0 for one entry
    record LogService(
            String cluster,
            String authority,
            List<Collector.Field> headers,
            String logName,
            Duration interval,
            int bufferBytes) {
        public LogService {
            headers = List.copyOf(headers);
        }
    }

    /// The headers that are in entries besides, lower case.
    record ToldHeaders(List<String> request, List<String> response, List<String> trailers) {
        public ToldHeaders {
            request = List.copyOf(request);
            response = List.copyOf(response);
            trailers = List.copyOf(trailers);
        }
    }

    /// A value of OpenTelemetry whose texts may hold command operators.
    sealed interface LogValue {
        /// There is none.
        LogValue NONE = new Members(List.of());

        /// A text.
        record Text(AccessLogFormat format) implements LogValue {}

        /// Members in their order.
        record Members(List<Member> members) implements LogValue {
            public Members {
                members = List.copyOf(members);
            }
        }

        /// Items in their order.
        record Items(List<LogValue> items) implements LogValue {
            public Items {
                items = List.copyOf(items);
            }
        }

        /// A value by its name.
        record Member(String key, LogValue value) {}
    }

    /// It is counted (`envoy.extensions.access_loggers.stats.v3.Config`).
    ///
    /// @param isOfMessages whether messages of gRPC are
    record Stats(List<Family> families, boolean isOfMessages) implements AccessLogConfig {
        /// Of anything else.
        public Stats(List<Family> families) {
            this(families, false);
        }

        public Stats {
            families = List.copyOf(families);
        }
    }

    /// What is counted under one name.
    ///
    /// @param name as Prometheus knows it, `istio_requests_total`
    /// @param stat as Envoy calls it, `istio.requests_total`
    /// @param isHistogram whether values are distributed over buckets; else they are added up
    /// @param tags by which its members are told apart, in the order in which they are printed
    /// @param value makes the number, of digits; nothing is counted where it makes none
    record Family(
            String name, String stat, boolean isHistogram, List<Tag> tags, AccessLogFormat value) {
        public Family {
            tags = List.copyOf(tags);
        }
    }

    /// A label.
    ///
    /// @param value makes its value; empty where the request has no such thing
    record Tag(String name, AccessLogFormat value) {}

    /// Where lines go.
    sealed interface Target {
        /// Appended to a file; `/dev/stdout` and `/dev/stderr` are the streams.
        record File(Path path) implements Target {}

        /// Standard output.
        record Stdout() implements Target {}

        /// Standard error.
        record Stderr() implements Target {}
    }

    /// What a line is.
    sealed interface Line {
        /// A text, its newline included.
        record Text(AccessLogFormat format) implements Line {}

        /// A JSON object on a line of its own.
        record Json(JsonFormat format) implements Line {}
    }
}

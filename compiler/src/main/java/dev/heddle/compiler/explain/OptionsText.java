package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.ir.HttpOptions;
import dev.heddle.compiler.ir.HttpOptions.EscapedSlashes;
import dev.heddle.compiler.ir.HttpOptions.Headers;
import dev.heddle.compiler.ir.HttpOptions.Paths;
import dev.heddle.compiler.ir.HttpOptions.Streams;
import dev.heddle.compiler.ir.HttpOptions.Times;
import dev.heddle.compiler.ir.HttpOptions.Underscores;
import dev.heddle.compiler.ir.ListenerOptions;
import dev.heddle.compiler.ir.Metrics;
import dev.heddle.compiler.ir.Observation;
import dev.heddle.compiler.ir.Tracing;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Tells what a listener does with every connection, as far as it is special.
final class OptionsText {
    private final List<String> words = new ArrayList<>();

    private OptionsText() {}

    /// A word for each; none where nothing is special.
    static List<String> of(ListenerOptions options) {
        var text = new OptionsText();
        if (options.isProxied()) {
            text.words.add("connections begin with a PROXY header");
        }
        if (options.isTransparent()) {
            text.words.add("transparent");
        }
        text.number("buffer bytes", options.bufferBytes());
        text.observation(options.observation());
        text.http(options.http());
        return text.words;
    }

    private void observation(Observation observation) {
        if (observation.logs().isEmpty()) {
            words.add("nothing is logged");
        }
        observation.logs().stream().filter(l -> !l.equals(AccessLog.STDOUT)).forEach(this::log);
        metrics(observation.metrics());
        observation
                .tracing()
                .ifPresent(t ->
                        words.add(
                                percent(t.percent())
                                        + "% followed by "
                                        + t.provider().getClass().getSimpleName()
                                        + " at "
                                        + t.provider().host()
                                        + t.tail().map(OptionsText::tail).orElse("")));
    }

    private static String percent(double percent) {
        return BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString();
    }

    private static String tail(Tracing.Tail tail) {
        return ", and others that"
                + (tail.errors() ? " fail" : "")
                + (tail.errors() && tail.slow().isPresent() ? " or" : "")
                + tail.slow().map(t -> " take " + t.toMillis() + " ms").orElse("");
    }

    private void metrics(Metrics metrics) {
        metrics.metrics()
                .forEach(m ->
                        words.add(
                                "counted as "
                                        + m.kind().statName()
                                        + " by "
                                        + String.join(", ", m.tags().keySet())));
    }

    private void log(AccessLog log) {
        String text =
                switch (log.sink()) {
                    case AccessLog.Sink.File file ->
                            "logged to "
                                    + file.path()
                                    + switch (file.line().orElse(null)) {
                                        case AccessLog.Line.Text(String format) ->
                                                " as " + format.strip();
                                        case AccessLog.Line.Json(var fields) ->
                                                " as JSON " + fields;
                                        case null -> "";
                                    };
                    case AccessLog.Sink.Service service ->
                            (service.isHttp() ? "requests" : "connections")
                                    + " logged by "
                                    + service.target().host()
                                    + " as "
                                    + service.target().logName();
                    case AccessLog.Sink.Collector collector ->
                            "logged by the collector "
                                    + collector.target().host()
                                    + " as "
                                    + collector.target().logName();
                    case AccessLog.Sink.ControlPlane control ->
                            "told to the control plane if it fails, takes "
                                    + control.slow().toMillis()
                                    + " ms, or is one of "
                                    + control.percent()
                                    + "%";
                };
        words.add(text + log.filter().map(it -> " where " + it).orElse(""));
    }

    private void http(HttpOptions http) {
        if (!http.paths().equals(Paths.BASE)) {
            words.add(paths(http.paths()));
        }
        headers(http.headers());
        http.certificates()
                .ifPresent(c ->
                        words.add(
                                "x-forwarded-client-cert "
                                        + lower(c.forwarding())
                                        + " "
                                        + c.details().stream().map(OptionsText::lower).toList()));
        if (http.trustedProxies() > 0) {
            words.add("trusted proxies " + http.trustedProxies());
        }
        times(http.times());
        Streams streams = http.streams();
        number("streams", streams.atOnce());
        number("window of a stream", streams.window());
        number("window of a connection", streams.connectionWindow());
    }

    private static String paths(Paths paths) {
        return "paths "
                + (paths.normalized() ? "normalized" : "as they came")
                + (paths.merged() ? ", slashes merged" : "")
                + (paths.escaped() == EscapedSlashes.KEPT
                        ? ""
                        : ", escaped slashes " + lower(paths.escaped()));
    }

    private void headers(Headers headers) {
        headers.server().ifPresent(s -> words.add("server is " + s));
        if (!headers.requestIds()) {
            words.add("no x-request-id");
        }
        if (!headers.envoy()) {
            words.add("no x-envoy headers");
        }
        if (headers.forwardedPort()) {
            words.add("x-forwarded-port");
        }
        if (headers.asWritten()) {
            words.add("header names keep their case");
        }
        if (headers.underscores() != Underscores.ALLOWED) {
            words.add("headers with _ " + lower(headers.underscores()));
        }
    }

    private void times(Times times) {
        time("idle", times.idle());
        time("for at most", times.connection());
        time("drained in", times.drain());
        time("request within", times.request());
        time("request head within", times.head());
        time("stream idle", times.streamIdle());
        time("stream within", times.stream());
    }

    private void time(String what, Optional<Duration> time) {
        time.ifPresent(t -> words.add(what + " " + t));
    }

    private void number(String what, OptionalInt number) {
        number.ifPresent(n -> words.add(what + " " + n));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

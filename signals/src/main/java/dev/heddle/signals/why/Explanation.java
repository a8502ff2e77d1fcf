package dev.heddle.signals.why;

import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.record.Span;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Why a request ended as it did.
///
/// @param sentence that says it
/// @param culprit the log that it is about; empty where there are only spans
/// @param logs of the proxies that saw the request, and what was called for it, in the order of
///   time, of one time the caller's first
/// @param spans of its trace, in the order of time
public record Explanation(
        String sentence, Optional<RequestLog> culprit, List<RequestLog> logs, List<Span> spans) {
    private static final int SERVER_ERROR = 500;
    private static final int CALLERS_FAULT = 400;

    public Explanation {
        logs = List.copyOf(logs);
        spans = List.copyOf(spans);
    }

    /// Explains what was found of a request.
    ///
    /// @param logs at least one, unless there are spans
    public static Explanation of(List<RequestLog> logs, List<Span> spans) {
        List<RequestLog> ordered =
                logs.stream()
                        .sorted(
                                Comparator.comparingLong(RequestLog::timeMicros)
                                        .thenComparing(log -> log.reporter().side()))
                        .toList();
        List<Span> orderedSpans =
                spans.stream().sorted(Comparator.comparingLong(Span::timeMicros)).toList();
        if (ordered.isEmpty()) {
            return new Explanation(ofSpans(orderedSpans), Optional.empty(), ordered, orderedSpans);
        }
        RequestLog culprit = culprit(ordered);
        return new Explanation(
                sentence(culprit, ordered), Optional.of(culprit), ordered, orderedSpans);
    }

    /// The log that tells most: of those that failed the one of the proxy that answered by itself,
    /// of several the last to begin, which is deepest; otherwise, where an application failed, that
    /// of its own proxy; where nothing failed, that of the first caller.
    private static RequestLog culprit(List<RequestLog> ordered) {
        List<RequestLog> failed = ordered.stream().filter(Explanation::isFailed).toList();
        if (failed.isEmpty()) {
            return ordered.getFirst();
        }
        List<RequestLog> byProxies = failed.stream().filter(Reasons::isOwnAnswer).toList();
        return (byProxies.isEmpty() ? failed : byProxies).getLast();
    }

    /// Why it ended so, in words; empty where everything went well.
    public static String reason(RequestLog log) {
        return Reasons.of(log).orElse("");
    }

    /// Whether a request failed, or was refused.
    public static boolean isFailed(RequestLog log) {
        return log.isError() || log.outcome().code() >= CALLERS_FAULT;
    }

    private static String sentence(RequestLog log, List<RequestLog> all) {
        var text = new StringBuilder();
        text.append(what(log)).append(' ').append(ending(log)).append(' ').append(by(log));
        text.append(" after ").append(duration(log.outcome().durationMicros()));
        Reasons.of(log).ifPresent(reason -> text.append(": ").append(reason));
        text.append(where(log));
        text.append('.');
        RequestLog first = all.getFirst();
        if (isFailed(log) && isFailed(first) && isOther(first, log)) {
            text.append(" So ").append(what(first)).append(' ').append(ending(first)).append('.');
        }
        return text.toString();
    }

    private static boolean isOther(RequestLog one, RequestLog other) {
        return !one.request().equals(other.request())
                || !one.destination().service().equals(other.destination().service());
    }

    private static String what(RequestLog log) {
        RequestLog.Request request = log.request();
        if (log.isUnserved()) {
            String own = own(log).name();
            return "the connection"
                    + named(" from ", log.way().remoteAddress())
                    + (log.source().name().isEmpty() || own(log).equals(log.source())
                            ? ""
                            : " (" + party(log.source()) + ")")
                    + named(" to ", own)
                    + named(" for ", request.authority());
        }
        String from = party(log.source());
        String to = party(log.destination());
        return asked(log)
                + (from.isEmpty() ? "" : " from " + from)
                + (to.isEmpty() ? named(" for ", request.authority()) : " to " + to);
    }

    /// Of what is no HTTP nobody knows what was asked.
    private static String asked(RequestLog log) {
        String asked = (log.request().method() + " " + log.request().path()).strip();
        return Reasons.isOfBytes(log) ? "the connection" : asked.isEmpty() ? "a request" : asked;
    }

    private static String named(String before, String name) {
        return name.isEmpty() ? "" : before + name;
    }

    private static String party(Party party) {
        return party.workload().isEmpty() ? party.service() : party.name();
    }

    /// Whose proxy tells.
    private static Party own(RequestLog log) {
        return log.reporter().side() == Side.SOURCE ? log.source() : log.destination();
    }

    private static String ending(RequestLog log) {
        if (log.isUnserved()) {
            return "was refused";
        }
        if (Reasons.isOfBytes(log)) {
            return Reasons.isOwnAnswer(log) ? "was ended" : "was served";
        }
        int code = log.outcome().code();
        String grpc =
                log.outcome().grpcStatus() > 0
                        ? " (gRPC status " + log.outcome().grpcStatus() + ")"
                        : "";
        return code == 0
                ? "got no answer" + grpc + " and was ended"
                : "was answered " + code + grpc;
    }

    private static String by(RequestLog log) {
        if (Reasons.isOwnAnswer(log)) {
            Party own = own(log);
            String name = own.name().isEmpty() ? log.reporter().node() : own.name();
            return name.isEmpty() ? "by a proxy" : "by the proxy of " + name;
        }
        String name = party(log.destination());
        String host = log.way().upstreamHost();
        return name.isEmpty() && host.isEmpty()
                ? "by the application"
                : "by " + (name.isEmpty() ? host : name) + " itself";
    }

    /// By which rule it went, under which configuration.
    private static String where(RequestLog log) {
        RequestLog.Way way = log.way();
        var parts = new StringBuilder();
        if (!way.route().isEmpty()) {
            parts.append("route '").append(way.route()).append('\'');
        }
        if (!way.ruleOrigin().isEmpty()) {
            parts.append(parts.isEmpty() ? "" : " of ").append(way.ruleOrigin());
        }
        if (!way.ruleSource().isEmpty()) {
            parts.append(parts.isEmpty() ? "" : ", ").append(way.ruleSource());
        }
        if (!way.configVersion().isEmpty()) {
            parts.append(parts.isEmpty() ? "" : ", ")
                    .append("configuration ")
                    .append(way.configVersion());
        }
        return parts.isEmpty() ? "" : " (" + parts + ")";
    }

    private static String ofSpans(List<Span> spans) {
        Span failed =
                spans.stream()
                        .filter(span -> span.isError() || span.code() >= SERVER_ERROR)
                        .reduce((_, last) -> last)
                        .orElse(spans.getFirst());
        boolean isFine = !failed.isError() && failed.code() < SERVER_ERROR;
        return "'%s' of %s %s after %s%s; no proxy logged the request."
                .formatted(
                        failed.name(),
                        failed.service().isEmpty() ? "an unnamed service" : failed.service(),
                        isFine ? "ended" : "failed",
                        duration(failed.durationMicros()),
                        failed.statusText().isEmpty() ? "" : ": " + failed.statusText());
    }

    private static String duration(long micros) {
        return micros < 10_000
                ? String.format(Locale.ROOT, "%.1f ms", micros / 1e3)
                : String.format(Locale.ROOT, "%d ms", Math.round(micros / 1e3));
    }
}

package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.world.WorldHistory;
import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.search.Search;
import dev.heddle.signals.why.Explanation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is known of traffic. Of a call a caller sees what he sees one end of.
final class SignalsApi {
    private static final Logger LOG = LoggerFactory.getLogger(SignalsApi.class);
    private static final int USUAL_SECONDS = 60;
    private static final int MOST_DAYS = 366;
    private static final int USUAL_LOGS = 100;
    private static final int USUAL_STEPS = 30;
    private static final int MOST_STEPS = 60;

    /// Calls are added up by ten seconds for a quarter of an hour, by minute for a day, by hour.
    private static final Duration BY_TEN_SECONDS = Duration.ofMinutes(10);

    private static final Duration BY_MINUTE = Duration.ofDays(1);

    private final Optional<Signals> signals;
    private final WorldHistory history;
    private final InstantSource clock;

    /// @param signals empty where none are kept
    /// @param history of the configuration
    SignalsApi(Optional<Signals> signals, WorldHistory history, InstantSource clock) {
        this.signals = signals;
        this.history = history;
        this.clock = clock;
    }

    ApiResponse golden(Call call) {
        return answered(
                call,
                kept -> {
                    Selector selector = selector(call);
                    return SignalViews.golden(selector.by(), kept.golden(selector, window(call)));
                });
    }

    /// The same in steps, for curves.
    ApiResponse series(Call call) {
        return answered(
                call,
                kept -> {
                    Selector selector = selector(call);
                    int steps = number(call, "steps", USUAL_STEPS, MOST_STEPS);
                    var points = new TreeMap<Instant, Signals.Golden>();
                    for (Window step : stepped(window(call), steps)) {
                        Signals.Golden point = kept.golden(selector, step);
                        // Where only minutes are known, several steps are of the same one.
                        points.put(point.covered().from(), point);
                    }
                    return SignalViews.series(selector.by(), points.values());
                });
    }

    private static List<Window> stepped(Window window, int most) {
        Duration whole = Duration.between(window.from(), window.to());
        Duration grain =
                whole.compareTo(BY_TEN_SECONDS) <= 0
                        ? Duration.ofSeconds(10)
                        : whole.compareTo(BY_MINUTE) <= 0
                                ? Duration.ofMinutes(1)
                                : Duration.ofHours(1);
        return window.steps(most, grain);
    }

    private static Selector selector(Call call) {
        ApiRequest request = call.request();
        return new Selector(
                Dimension.of(request.parameter("by").orElse("service")),
                request.parameter("service").orElse(""),
                request.parameter("workload").orElse(""),
                request.parameter("namespace").orElse(""),
                request.parameter("route").orElse(""),
                call.caller()::sees);
    }

    ApiResponse graph(Call call) {
        return answered(
                call,
                kept -> {
                    String namespace = call.request().parameter("namespace").orElse("");
                    return SignalViews.graph(
                            kept.graph(
                                    window(call),
                                    seen ->
                                            call.caller().sees(seen)
                                                    && (namespace.isEmpty()
                                                            || namespace.equals(seen))));
                });
    }

    ApiResponse logs(Call call) {
        return answered(call, kept -> SignalViews.found(kept.find(search(call))));
    }

    ApiResponse trace(Call call) {
        return answered(
                call,
                kept -> {
                    var trace = kept.trace(call.path().get("id"), namespaces(call.caller()));
                    return trace.logs().isEmpty() && trace.spans().isEmpty()
                            ? Optional.empty()
                            : Optional.of(SignalViews.trace(trace.logs(), trace.spans()));
                },
                call.path().get("id"));
    }

    ApiResponse why(Call call) {
        return answered(
                call,
                kept ->
                        kept.why(call.path().get("id"), namespaces(call.caller()))
                                .map(it -> SignalViews.why(it, changeBefore(it, call.caller()))),
                call.path().get("id"));
    }

    /// What changed before; empty where nothing failed, or nothing is known.
    private Optional<String> changeBefore(Explanation explanation, Caller caller) {
        Optional<RequestLog> failed = explanation.culprit().filter(Explanation::isFailed);
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        try {
            return ChangeBefore.of(history.versions(), failed.get(), caller);
        } catch (IOException e) {
            LOG.warn("versions cannot be read", e);
            return Optional.empty();
        }
    }

    private ApiResponse answered(Call call, Function<Signals, Node.Mapping> answer) {
        return answered(call, kept -> Optional.of(answer.apply(kept)), "");
    }

    private ApiResponse answered(
            Call call, Function<Signals, Optional<Node.Mapping>> answer, String id) {
        if (signals.isEmpty()) {
            return ApiResponse.error(
                    503,
                    "nothing is kept of traffic",
                    "the control plane",
                    "Start it without --no-signals");
        }
        try {
            return answer.apply(signals.get())
                    .map(body -> ApiResponse.json(200, body))
                    .orElseGet(() ->
                            ApiResponse.error(
                                    404,
                                    "nothing is known of '" + id + "'",
                                    "/" + String.join("/", call.request().segments()),
                                    "Ask by x-request-id or by the id of a trace; what proxies"
                                            + " tell is here after a second, for some days"));
        } catch (IllegalArgumentException e) {
            return ApiResponse.error(
                    400, String.valueOf(e.getMessage()), "query", "Mend it and ask again");
        } catch (UncheckedIOException e) {
            return ApiResponse.error(
                    502,
                    String.valueOf(e.getMessage()),
                    "what is known of traffic",
                    "Look whether it is there, and ask again");
        }
    }

    /// The namespaces that a caller sees; null for all.
    private static @Nullable Set<String> namespaces(Caller caller) {
        return caller.sees(Grant.EVERYWHERE)
                ? null
                : caller.account().grants().stream()
                        .map(Grant::namespace)
                        .collect(Collectors.toSet());
    }

    private Window window(Call call) {
        Optional<Instant> from = instant(call, "from");
        Optional<Instant> to = instant(call, "to");
        Instant end = to.orElseGet(clock::instant);
        Instant begin =
                from.orElseGet(() ->
                        end.minusSeconds(
                                number(call, "seconds", USUAL_SECONDS, MOST_DAYS * 86_400)));
        if (Duration.between(begin, end).toDays() > MOST_DAYS) {
            throw new IllegalArgumentException("from: more than a year before to");
        }
        return new Window(begin, end);
    }

    private static Optional<Instant> instant(Call call, String name) {
        Optional<String> said = call.request().parameter(name);
        try {
            return said.map(Instant::parse);
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: as in 2026-01-31T12:00:00Z)"
                            .formatted(name, said.orElse("")));
        }
    }

    private static int number(Call call, String name, int usual, int most) {
        String said = call.request().parameter(name).orElse(Integer.toString(usual));
        if (!said.matches("[0-9]{1,9}")
                || Integer.parseInt(said) < 1
                || Integer.parseInt(said) > most) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: 1 to %d)".formatted(name, said, most));
        }
        return Integer.parseInt(said);
    }

    private Search search(Call call) {
        ApiRequest request = call.request();
        return new Search(
                kind(request.parameter("kind").orElse("logs")),
                micros(call, "from"),
                micros(call, "to"),
                request.parameter("service").orElse(""),
                request.parameter("workload").orElse(""),
                request.parameter("version").orElse(""),
                request.parameter("code").map(SignalsApi::codes),
                request.parameter("flag").orElse(""),
                request.flag("errors"),
                request.parameter("text").orElse(""),
                request.parameter("request").orElse(""),
                request.parameter("trace").orElse(""),
                request.parameter("dump").orElse(""),
                namespaces(call.caller()),
                request.parameter("after").map(Search.Cursor::of),
                number(call, "limit", USUAL_LOGS, 1_000));
    }

    private static Search.Kind kind(String word) {
        return switch (word) {
            case "logs" -> Search.Kind.LOGS;
            case "spans" -> Search.Kind.SPANS;
            case "both" -> Search.Kind.BOTH;
            case "remembered" -> Search.Kind.REMEMBERED;
            default ->
                    throw new IllegalArgumentException(
                            "kind: '%s' (expected: logs, spans, both or remembered)"
                                    .formatted(word));
        };
    }

    private static OptionalLong micros(Call call, String name) {
        return instant(call, name)
                .map(it -> OptionalLong.of(it.toEpochMilli() * 1_000))
                .orElse(OptionalLong.empty());
    }

    private static Search.Codes codes(String said) {
        if (said.matches("[1-5]xx")) {
            int least = (said.charAt(0) - '0') * 100;
            return new Search.Codes(least, least + 99);
        }
        if (said.matches("[0-9]{1,3}")) {
            return new Search.Codes(Integer.parseInt(said), Integer.parseInt(said));
        }
        throw new IllegalArgumentException(
                "code: '%s' (expected: as in 503, or 5xx)".formatted(said));
    }
}

package dev.heddle.signals.search;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is looked for. Whatever is empty does not narrow it.
///
/// @param kind what
/// @param fromMicros the first microsecond, since 1970
/// @param toMicros the microsecond after the last
/// @param service its host or the first word of that, at either end
/// @param workload at either end
/// @param version at either end
/// @param codes the least and the greatest code of HTTP
/// @param flag one of Envoy's short ones
/// @param onlyErrors only what failed
/// @param text words that all occur; a last letter `*` stands for any rest of a word
/// @param requestId the whole of it
/// @param traceId the whole of it
/// @param dump what a flight recorder was asked for
/// @param namespaces at either end; null for all, also for what is of none that is known
/// @param after where the page before ended
/// @param limit how many, 1 to 1000
public record Search(
        Kind kind,
        OptionalLong fromMicros,
        OptionalLong toMicros,
        String service,
        String workload,
        String version,
        Optional<Codes> codes,
        String flag,
        boolean onlyErrors,
        String text,
        String requestId,
        String traceId,
        String dump,
        @Nullable Set<String> namespaces,
        Optional<Cursor> after,
        int limit) {

    /// Of what kind.
    public enum Kind {
        LOGS,
        SPANS,
        /// Logs and spans.
        BOTH,
        /// What flight recorders remembered.
        REMEMBERED,
        /// All that there is.
        ALL
    }

    /// Codes of HTTP.
    public record Codes(int least, int greatest) {}

    /// Where a page ended: at the signal of that time and order.
    public record Cursor(long timeMicros, long order) {
        /// Reads what [#toString] wrote.
        ///
        /// @throws IllegalArgumentException when it is something else
        public static Cursor of(String text) {
            int dash = text.indexOf('-');
            if (!text.matches("[0-9]{1,18}-[0-9]{1,18}")) {
                throw new IllegalArgumentException(
                        "after: '%s' (expected: the `next` of an answer)".formatted(text));
            }
            return new Cursor(
                    Long.parseLong(text.substring(0, dash)),
                    Long.parseLong(text.substring(dash + 1)));
        }

        @Override
        public String toString() {
            return timeMicros + "-" + order;
        }
    }

    public Search {
        if (limit < 1 || limit > 1_000) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to 1000)");
        }
        namespaces = namespaces == null ? null : Set.copyOf(namespaces);
    }

    /// All of a kind, the newest first.
    public static Search all(Kind kind, int limit) {
        return new Search(
                kind,
                OptionalLong.empty(),
                OptionalLong.empty(),
                "",
                "",
                "",
                Optional.empty(),
                "",
                false,
                "",
                "",
                "",
                "",
                null,
                Optional.empty(),
                limit);
    }

    /// The same, from where a page ended.
    public Search from(Cursor end) {
        return new Search(
                kind,
                fromMicros,
                toMicros,
                service,
                workload,
                version,
                codes,
                flag,
                onlyErrors,
                text,
                requestId,
                traceId,
                dump,
                namespaces,
                Optional.of(end),
                limit);
    }

    /// All of a request, or of a trace.
    ///
    /// @param id its request id or its trace id
    public static Search ofId(String id, boolean isTrace, @Nullable Set<String> namespaces) {
        return new Search(
                Kind.ALL,
                OptionalLong.empty(),
                OptionalLong.empty(),
                "",
                "",
                "",
                Optional.empty(),
                "",
                false,
                "",
                isTrace ? "" : id,
                isTrace ? id : "",
                "",
                namespaces,
                Optional.empty(),
                1_000);
    }
}

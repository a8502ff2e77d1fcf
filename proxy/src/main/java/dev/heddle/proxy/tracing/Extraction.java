package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.tracing.TraceContext.Format;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads which trace a request belongs to. A header that cannot be read is as none: the next format
/// is asked, and in the end a new trace begins.
final class Extraction {
    static final HeaderName TRACEPARENT = HeaderName.of("traceparent");
    static final HeaderName TRACESTATE = HeaderName.of("tracestate");
    static final HeaderName B3 = HeaderName.of("b3");
    static final HeaderName B3_TRACE_ID = HeaderName.of("x-b3-traceid");
    static final HeaderName B3_SPAN_ID = HeaderName.of("x-b3-spanid");
    static final HeaderName B3_PARENT_SPAN_ID = HeaderName.of("x-b3-parentspanid");
    static final HeaderName B3_SAMPLED = HeaderName.of("x-b3-sampled");
    static final HeaderName B3_FLAGS = HeaderName.of("x-b3-flags");
    static final HeaderName UBER_TRACE_ID = HeaderName.of("uber-trace-id");
    static final HeaderName DATADOG_TRACE_ID = HeaderName.of("x-datadog-trace-id");
    static final HeaderName DATADOG_PARENT_ID = HeaderName.of("x-datadog-parent-id");
    static final HeaderName DATADOG_PRIORITY = HeaderName.of("x-datadog-sampling-priority");
    static final HeaderName DATADOG_TAGS = HeaderName.of("x-datadog-tags");
    static final HeaderName SW8 = HeaderName.of("sw8");

    private static final String DATADOG_HIGH = "_dd.p.tid=";

    private Extraction() {}

    /// What the first format says that says something of a span; else the first that says at least
    /// whether the trace is told of; null for nothing.
    ///
    /// @param order of formats
    static @Nullable TraceContext of(Headers headers, List<Format> order) {
        TraceContext decision = null;
        for (int i = 0; i < order.size(); i++) {
            TraceContext found = of(headers, order.get(i));
            if (found != null && found.hasSpan()) {
                return found;
            }
            decision = decision == null ? found : decision;
        }
        return decision;
    }

    private static @Nullable TraceContext of(Headers headers, Format format) {
        return switch (format) {
            case W3C -> w3c(headers);
            case B3_SINGLE -> b3(headers.get(B3));
            case B3_MULTI -> b3Multi(headers);
            case JAEGER -> jaeger(headers.get(UBER_TRACE_ID));
            case DATADOG -> datadog(headers);
            case SKYWALKING -> skyWalking(Sw8.read(headers.get(SW8)));
        };
    }

    /// `version-trace-parent-flags`; a later version may have more behind it (W3C Trace Context,
    /// section 3.2).
    private static @Nullable TraceContext w3c(Headers headers) {
        String said = headers.get(TRACEPARENT);
        if (said == null || said.length() < 55 || headers.isRepeated(TRACEPARENT)) {
            return null;
        }
        boolean isWhole =
                said.charAt(2) == '-'
                        && said.charAt(35) == '-'
                        && said.charAt(52) == '-'
                        && Hex.isHex(said, 0, 2)
                        && Hex.isHex(said, 3, 35)
                        && Hex.isHex(said, 36, 52)
                        && Hex.isHex(said, 53, 55);
        if (!isWhole || said.startsWith("ff") || hasUpperCase(said)) {
            return null;
        }
        if (said.startsWith("00") ? said.length() != 55 : isCut(said)) {
            return null;
        }
        long high = Hex.number(said, 3, 19);
        long low = Hex.number(said, 19, 35);
        long span = Hex.number(said, 36, 52);
        if ((high == 0 && low == 0) || span == 0) {
            return null;
        }
        boolean sampled = (Hex.number(said, 53, 55) & 1) != 0;
        List<String> states = headers.getAll(TRACESTATE);
        String state =
                states.isEmpty()
                        ? ""
                        : states.size() == 1 ? states.getFirst() : String.join(",", states);
        return new TraceContext(high, low, span, 0, sampled, state, Format.W3C);
    }

    private static boolean isCut(String said) {
        return said.length() > 55 && said.charAt(55) != '-';
    }

    private static boolean hasUpperCase(String said) {
        for (int i = 0; i < 55; i++) {
            if (said.charAt(i) >= 'A' && said.charAt(i) <= 'F') {
                return true;
            }
        }
        return false;
    }

    /// `trace-span`, `trace-span-sampled`, `trace-span-sampled-parent` or `sampled` alone.
    private static @Nullable TraceContext b3(@Nullable String said) {
        if (said == null) {
            return null;
        }
        if (said.length() == 1) {
            Boolean sampled = sampled(said.charAt(0));
            return sampled == null ? null : decision(sampled, Format.B3_SINGLE);
        }
        int end = said.indexOf('-');
        if ((end != 16 && end != 32) || !Hex.isHex(said, 0, end)) {
            return null;
        }
        int spanEnd = end + 17;
        if (!Hex.isHex(said, end + 1, spanEnd)) {
            return null;
        }
        Boolean sampled = null;
        long parent = 0;
        if (said.length() > spanEnd) {
            boolean hasSampled = said.length() >= spanEnd + 2 && said.charAt(spanEnd) == '-';
            sampled = hasSampled ? sampled(said.charAt(spanEnd + 1)) : null;
            if (sampled == null) {
                return null;
            }
            int rest = spanEnd + 2;
            if (said.length() > rest) {
                boolean hasParent =
                        said.length() == rest + 17
                                && said.charAt(rest) == '-'
                                && Hex.isHex(said, rest + 1, rest + 17);
                if (!hasParent) {
                    return null;
                }
                parent = Hex.number(said, rest + 1, rest + 17);
            }
        }
        return new TraceContext(
                end == 32 ? Hex.number(said, 0, 16) : 0,
                Hex.number(said, end - 16, end),
                Hex.number(said, end + 1, spanEnd),
                parent,
                sampled,
                "",
                Format.B3_SINGLE);
    }

    /// `1`, `0`, or `d` for what is told of whatever else is decided.
    private static @Nullable Boolean sampled(char said) {
        return switch (said) {
            case '1', 'd' -> Boolean.TRUE;
            case '0' -> Boolean.FALSE;
            default -> null;
        };
    }

    private static TraceContext decision(boolean sampled, Format format) {
        return new TraceContext(0, 0, 0, 0, sampled, "", format);
    }

    private static @Nullable TraceContext b3Multi(Headers headers) {
        Boolean sampled = null;
        String said = headers.get(B3_SAMPLED);
        if (said != null) {
            sampled = said.equals("1") || said.equalsIgnoreCase("true");
        } else if ("1".equals(headers.get(B3_FLAGS))) {
            sampled = true;
        }
        String trace = headers.get(B3_TRACE_ID);
        Long span = Hex.number(headers.get(B3_SPAN_ID));
        Long low = trace == null ? null : Hex.number(trace.substring(high(trace)));
        if (trace == null || span == null || low == null || !isTrace(trace)) {
            return sampled == null ? null : decision(sampled, Format.B3_MULTI);
        }
        Long parent = Hex.number(headers.get(B3_PARENT_SPAN_ID));
        return new TraceContext(
                Hex.number(trace, 0, high(trace)),
                low,
                span,
                parent == null ? 0 : parent,
                sampled,
                "",
                Format.B3_MULTI);
    }

    private static boolean isTrace(String text) {
        return text.length() <= 32 && Hex.isHex(text, 0, text.length());
    }

    /// Where the lower half of an id begins.
    private static int high(String trace) {
        return Math.max(0, trace.length() - 16);
    }

    /// `trace:span:parent:flags`, maybe with its colons escaped; leading zeros may be left out.
    private static @Nullable TraceContext jaeger(@Nullable String said) {
        if (said == null) {
            return null;
        }
        String[] parts = said.replace("%3A", ":").replace("%3a", ":").split(":", -1);
        if (parts.length != 4 || !isTrace(parts[0])) {
            return null;
        }
        Long span = Hex.number(parts[1]);
        Long parent = Hex.number(parts[2]);
        Long flags = Hex.number(parts[3]);
        if (span == null || flags == null) {
            return null;
        }
        int high = high(parts[0]);
        var found =
                new TraceContext(
                        Hex.number(parts[0], 0, high),
                        Hex.number(parts[0], high, parts[0].length()),
                        span,
                        parent == null ? 0 : parent,
                        (flags & 1) != 0,
                        "",
                        Format.JAEGER);
        return found.hasSpan() ? found : null;
    }

    /// Numbers in base 10; the upper half of the trace's id is a tag.
    private static @Nullable TraceContext datadog(Headers headers) {
        Long trace = decimal(headers.get(DATADOG_TRACE_ID));
        Long span = decimal(headers.get(DATADOG_PARENT_ID));
        if (trace == null || span == null || trace == 0) {
            return null;
        }
        String priority = headers.get(DATADOG_PRIORITY);
        Boolean sampled =
                switch (priority) {
                    case null -> null;
                    case "1", "2" -> Boolean.TRUE;
                    case "0", "-1" -> Boolean.FALSE;
                    default -> null;
                };
        return new TraceContext(
                datadogHigh(headers.get(DATADOG_TAGS)),
                trace,
                span,
                0,
                sampled,
                "",
                Format.DATADOG);
    }

    private static @Nullable TraceContext skyWalking(@Nullable Sw8 said) {
        return said == null
                ? null
                : new TraceContext(0, 0, 0, 0, said.sampled(), "", Format.SKYWALKING, said);
    }

    private static long datadogHigh(@Nullable String tags) {
        int at = tags == null ? -1 : tags.indexOf(DATADOG_HIGH);
        if (tags == null || at < 0) {
            return 0;
        }
        int from = at + DATADOG_HIGH.length();
        return Hex.isHex(tags, from, from + 16) ? Hex.number(tags, from, from + 16) : 0;
    }

    private static @Nullable Long decimal(@Nullable String text) {
        if (text == null
                || text.isEmpty()
                || text.length() > 20
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }
}

package dev.heddle.proxy.tracing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// What SkyWalking hands on of a trace: the header `sw8` (its Cross Process Propagation Headers
/// Protocol, version 3). Ids are texts of any kind.
///
/// @param sampled whether the trace is told of
/// @param segment id of what the caller's process tells of the request
/// @param span number of the caller's span within it
/// @param service the caller's
/// @param instance the caller's
/// @param endpoint how the caller itself was called
/// @param address whom the caller called
record Sw8(
        boolean sampled,
        String trace,
        String segment,
        int span,
        String service,
        String instance,
        String endpoint,
        String address) {
    private static final int FIELDS = 8;
    private static final Base64.Encoder ENCODER = Base64.getEncoder();

    /// What a header says; null where that cannot be read.
    static @Nullable Sw8 read(@Nullable String header) {
        if (header == null) {
            return null;
        }
        String[] fields = header.split("-", -1);
        if (fields.length != FIELDS || !(fields[0].equals("0") || fields[0].equals("1"))) {
            return null;
        }
        try {
            var said =
                    new Sw8(
                            fields[0].equals("1"),
                            decoded(fields[1]),
                            decoded(fields[2]),
                            Integer.parseUnsignedInt(fields[3]),
                            decoded(fields[4]),
                            decoded(fields[5]),
                            decoded(fields[6]),
                            decoded(fields[7]));
            return said.trace.isEmpty() || said.segment.isEmpty() ? null : said;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /// Libraries write it with and without what fills up the last group.
    private static String decoded(String field) {
        return new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8);
    }

    /// As it is written into a header.
    String text() {
        return String.join(
                "-",
                sampled ? "1" : "0",
                encoded(trace),
                encoded(segment),
                Integer.toUnsignedString(span),
                encoded(service),
                encoded(instance),
                encoded(endpoint),
                encoded(address));
    }

    private static String encoded(String text) {
        return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

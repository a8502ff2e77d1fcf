package dev.heddle.proxy.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.tracing.SpanData.Kind;
import dev.heddle.proxy.tracing.SpanData.Tag;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What stock Envoy's tracer writes is compared in `TracesBesideEnvoyTest`; these are the bytes.
class DatadogSpansTest {
    private static SpanData span(long trace, long id, Tag... tags) {
        return new SpanData(
                0,
                trace,
                id,
                0,
                false,
                Kind.SERVER,
                "in",
                5,
                0,
                false,
                List.of(tags),
                List.of(),
                "",
                null);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void spansOfATraceStandTogether() {
        String bytes =
                HexFormat.of()
                        .formatHex(
                                DatadogSpans.request(
                                        List.of(span(1, 2), span(3, 4), span(1, 5)), "shop"));
        // Two traces, of which the first has two spans; the first of each says that it is kept.
        assertThat(bytes).startsWith("92" + "92" + "8c");
        assertThat(bytes.split(hex("_sampling_priority_v1"), -1)).hasSize(3);
        assertThat(bytes).contains("8b" + "a7" + hex("service") + "a4" + hex("shop"));
    }

    @Test
    void anErrorAndAResourceAreNoTags() {
        String bytes =
                HexFormat.of()
                        .formatHex(
                                DatadogSpans.request(
                                        List.of(
                                                span(
                                                        -1,
                                                        2,
                                                        new Tag("error", "true"),
                                                        new Tag("resource.name", "GET /a"),
                                                        new Tag("said", "x".repeat(300)))),
                                        "shop"));
        assertThat(bytes)
                .contains("a5" + hex("error") + "01")
                .contains("a8" + hex("resource") + "a6" + hex("GET /a"))
                .contains("a8" + hex("trace_id") + "cf" + "f".repeat(16))
                .contains("a4" + hex("meta") + "81" + "a4" + hex("said") + "da012c" + hex("xxx"))
                .doesNotContain(hex("resource.name"));
    }

    @Test
    void longListsHaveLongHeaders() {
        byte[] bytes =
                DatadogSpans.request(
                        Stream.iterate(1L, it -> it + 1)
                                .limit(70_000)
                                .map(it -> span(it, it))
                                .toList(),
                        "shop");
        assertThat(HexFormat.of().formatHex(bytes, 0, 5)).isEqualTo("dd" + "00011170");
    }
}

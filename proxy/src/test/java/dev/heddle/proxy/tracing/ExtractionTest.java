package dev.heddle.proxy.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtractionTest {
    private static final String TRACE = "463ac35c9f6413ad48485a3953bb6124";
    private static final String SPAN = "a2fb4a1d1a96d312";
    private static final String PARENT = "0020000000000001";

    /// Headers, as in `b3: 0` with `;` between them.
    private static Headers headers(String text) {
        Headers headers = RequestHead.of("GET", "http", "a.test", "/").headers();
        if (!text.isEmpty()) {
            for (String line : text.split(";", -1)) {
                int colon = line.indexOf(':');
                headers.add(
                        HeaderName.of(line.substring(0, colon).strip()),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }

    /// What is read, as `trace span parent sampled state format`; null for nothing.
    private static @Nullable String read(Propagation propagation, String text) {
        TraceContext found = propagation.extract(headers(text));
        return found == null
                ? null
                : "%s %s %s %s %s%s"
                        .formatted(
                                Hex.trace(found.traceHigh(), found.traceLow()),
                                Hex.text(found.spanId()),
                                found.parentId() == 0 ? "-" : Hex.text(found.parentId()),
                                found.sampled(),
                                found.format(),
                                found.traceState().isEmpty() ? "" : " " + found.traceState());
    }

    private static @Nullable String read(String text) {
        return read(Propagation.W3C, text);
    }

    private static final String WALKED =
            "1-ZDdhMS4xMi4xNjAzNA==-ZDdhMS4xMi4xNjAzNQ==-3-c2hvcA==-c2hvcC0x-L2J1eQ==-d2ViOjgw";

    private static @Nullable Sw8 walked(String sw8) {
        TraceContext found = Propagation.SKYWALKING.extract(headers("sw8: " + sw8));
        return found == null ? null : found.sw8();
    }

    @Test
    void skyWalkingsIdsAreTextsAndItsHeaderIsReadBySkyWalkingOnly() {
        var said =
                new Sw8(
                        true,
                        "d7a1.12.16034",
                        "d7a1.12.16035",
                        3,
                        "shop",
                        "shop-1",
                        "/buy",
                        "web:80");
        assertThat(walked(WALKED)).isEqualTo(said);
        assertThat(walked(WALKED.replace("=", ""))).isEqualTo(said);
        assertThat(said.text()).isEqualTo(WALKED);
        assertThat(read(Propagation.SKYWALKING, "sw8: 0" + WALKED.substring(1)))
                .endsWith("false SKYWALKING");
        for (Propagation each : Propagation.values()) {
            assertThat(read(each, "sw8: " + WALKED) == null)
                    .isEqualTo(each != Propagation.SKYWALKING);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "2-ZA==-ZA==-3-ZA==-ZA==-ZA==-ZA==",
                "1-ZA==-ZA==-3-ZA==-ZA==-ZA==",
                "1-ZA==-ZA==-3-ZA==-ZA==-ZA==-ZA==-ZA==",
                "1-ZA==-ZA==-x-ZA==-ZA==-ZA==-ZA==",
                "1-ZA==-ZA==-3-Z-ZA==-ZA==-ZA==",
                "1--ZA==-3-ZA==-ZA==-ZA==-ZA==",
                "1-ZA==--3-ZA==-ZA==-ZA==-ZA=="
            })
    void aHeaderOfSkyWalkingThatCannotBeReadIsAsNone(String sw8) {
        assertThat(walked(sw8)).isNull();
        assertThat(read(Propagation.SKYWALKING, "sw8: " + sw8 + ";b3: 0")).contains("B3_SINGLE");
    }

    @Test
    void nothingIsReadFromNothing() {
        assertThat(read("")).isNull();
        assertThat(read("x-request-id: 1")).isNull();
    }

    @Test
    void aTraceparentIsReadWithItsStates() {
        assertThat(read("traceparent: 00-" + TRACE + "-" + SPAN + "-01"))
                .isEqualTo(TRACE + " " + SPAN + " - true W3C");
        assertThat(
                        read(
                                "traceparent: 00-"
                                        + TRACE
                                        + "-"
                                        + SPAN
                                        + "-00;tracestate: a=1;tracestate: b=2"))
                .isEqualTo(TRACE + " " + SPAN + " - false W3C a=1,b=2");
        // A later version may have more, and other flags.
        assertThat(read("traceparent: 01-" + TRACE + "-" + SPAN + "-03-more"))
                .isEqualTo(TRACE + " " + SPAN + " - true W3C");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312",
                "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-0",
                "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01-more",
                "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-011",
                "01-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-011",
                "00-463AC35C9F6413AD48485A3953BB6124-a2fb4a1d1a96d312-01",
                "00-463ac35c9f6413ad48485a3953bb612g-a2fb4a1d1a96d312-01",
                "00_463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01",
                "ff-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01",
                "00-00000000000000000000000000000000-a2fb4a1d1a96d312-01",
                "00-463ac35c9f6413ad48485a3953bb6124-0000000000000000-01",
            })
    void aTraceparentThatIsNoneIsAsNone(String value) {
        assertThat(read("traceparent: " + value)).isNull();
    }

    @Test
    void twoTraceparentsAreNone() {
        String one = "traceparent: 00-" + TRACE + "-" + SPAN + "-01";
        assertThat(read(one + ";" + one)).isNull();
    }

    @Test
    void b3IsReadInOneHeader() {
        assertThat(read("b3: " + TRACE + "-" + SPAN))
                .isEqualTo(TRACE + " " + SPAN + " - null B3_SINGLE");
        assertThat(read("b3: " + TRACE + "-" + SPAN + "-1-" + PARENT))
                .isEqualTo(TRACE + " " + SPAN + " " + PARENT + " true B3_SINGLE");
        assertThat(read("b3: 48485a3953bb6124-" + SPAN + "-d"))
                .isEqualTo("48485a3953bb6124 " + SPAN + " - true B3_SINGLE");
        assertThat(read("b3: 0")).endsWith(" false B3_SINGLE");
        assertThat(read("b3: d")).endsWith(" true B3_SINGLE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2",
                "true",
                "463ac35c9f6413ad48485a3953bb6124",
                "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d31",
                "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-",
                "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-x",
                "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1-",
                "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1-002000000000000",
                "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1-0020000000000001-1",
                "463ac35c9f6413ad48485a3953bb612-a2fb4a1d1a96d312-1",
                "g63ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1",
            })
    void aB3HeaderThatIsNoneIsAsNone(String value) {
        assertThat(read("b3: " + value)).isNull();
    }

    @Test
    void b3IsReadInSeveralHeaders() {
        String ids = "x-b3-traceid: " + TRACE + ";x-b3-spanid: " + SPAN;
        assertThat(read(ids)).isEqualTo(TRACE + " " + SPAN + " - null B3_MULTI");
        assertThat(read(ids + ";x-b3-sampled: 1;x-b3-parentspanid: " + PARENT))
                .isEqualTo(TRACE + " " + SPAN + " " + PARENT + " true B3_MULTI");
        assertThat(read(ids + ";x-b3-sampled: 0")).endsWith(" false B3_MULTI");
        assertThat(read(ids + ";x-b3-sampled: true")).endsWith(" true B3_MULTI");
        assertThat(read(ids + ";x-b3-flags: 1")).endsWith(" true B3_MULTI");
        assertThat(read("x-b3-sampled: 1")).endsWith(" true B3_MULTI");
        assertThat(read("x-b3-traceid: 1;x-b3-spanid: 2"))
                .isEqualTo("0000000000000001 0000000000000002 - null B3_MULTI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-b3-traceid: 463ac35c9f6413ad48485a3953bb6124",
                "x-b3-spanid: a2fb4a1d1a96d312",
                "x-b3-traceid: 463ac35c9f6413ad48485a3953bb61244;x-b3-spanid: a2fb4a1d1a96d312",
                "x-b3-traceid: x;x-b3-spanid: a2fb4a1d1a96d312",
                "x-b3-traceid: ;x-b3-spanid: a2fb4a1d1a96d312",
                "x-b3-traceid: 463ac35c9f6413ad48485a3953bb6124;x-b3-spanid: a2fb4a1d1a96d3121",
                "x-b3-traceid: 463ac35c9f6413ad48485a3953bb6124;x-b3-spanid: -1",
            })
    void b3HeadersThatAreNoneAreAsNone(String text) {
        assertThat(read(text)).isNull();
    }

    @Test
    void jaegersHeaderIsRead() {
        assertThat(read("uber-trace-id: " + TRACE + ":" + SPAN + ":0:1"))
                .isEqualTo(TRACE + " " + SPAN + " - true JAEGER");
        assertThat(read("uber-trace-id: 1%3A2%3A3%3A2"))
                .isEqualTo("0000000000000001 0000000000000002 0000000000000003 false JAEGER");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1:2:3", "1:2:3:4:5", "0:0:0:1", "x:2:0:1", "1:y:0:1", "1:2:0:z", ":::"})
    void aHeaderOfJaegerThatIsNoneIsAsNone(String value) {
        assertThat(read("uber-trace-id: " + value)).isNull();
    }

    @Test
    void datadogsHeadersAreRead() {
        String ids = "x-datadog-trace-id: 18446744073709551615;x-datadog-parent-id: 10";
        assertThat(read(ids)).isEqualTo("ffffffffffffffff 000000000000000a - null DATADOG");
        assertThat(read(ids + ";x-datadog-sampling-priority: 2")).endsWith(" true DATADOG");
        assertThat(read(ids + ";x-datadog-sampling-priority: -1")).endsWith(" false DATADOG");
        assertThat(read(ids + ";x-datadog-tags: _dd.p.dm=-1,_dd.p.tid=463ac35c9f6413ad"))
                .startsWith("463ac35c9f6413adffffffffffffffff ");
        assertThat(read(ids + ";x-datadog-tags: _dd.p.tid=463a")).startsWith("ffffffffffffffff ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-datadog-trace-id: 1",
                "x-datadog-parent-id: 1",
                "x-datadog-trace-id: 0;x-datadog-parent-id: 1",
                "x-datadog-trace-id: -1;x-datadog-parent-id: 1",
                "x-datadog-trace-id: 18446744073709551616;x-datadog-parent-id: 1",
                "x-datadog-trace-id: a;x-datadog-parent-id: 1",
                "x-datadog-trace-id: ;x-datadog-parent-id: 1",
            })
    void headersOfDatadogThatAreNoneAreAsNone(String text) {
        assertThat(read(text)).isNull();
    }

    @Test
    void aTracersOwnFormatGoesBeforeOthers() {
        String all =
                "traceparent: 00-"
                        + TRACE
                        + "-"
                        + SPAN
                        + "-01;x-b3-traceid: 1;x-b3-spanid: 2"
                        + ";x-datadog-trace-id: 3;x-datadog-parent-id: 4;uber-trace-id: 5:6:0:1";
        assertThat(read(Propagation.W3C, all)).endsWith("W3C");
        assertThat(read(Propagation.B3, all)).endsWith("B3_MULTI");
        assertThat(read(Propagation.B3_AND_W3C, all)).endsWith("B3_MULTI");
        assertThat(read(Propagation.DATADOG, all)).endsWith("DATADOG");
    }

    @Test
    void aFormatWithASpanGoesBeforeOneThatOnlyDecides() {
        assertThat(read(Propagation.B3, "b3: 0;traceparent: 00-" + TRACE + "-" + SPAN + "-01"))
                .isEqualTo(TRACE + " " + SPAN + " - true W3C");
    }
}

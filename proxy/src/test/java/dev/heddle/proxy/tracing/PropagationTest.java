package dev.heddle.proxy.tracing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.tracing.Propagation.Handed;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PropagationTest {
    private static final Handed LONG = new Handed(1, 2, 3, 4, true, "a=1", null);
    private static final Handed SHORT = new Handed(0, -1, 3, 0, false, "", null);

    private static Map<String, String> written(
            Propagation propagation, Handed span, String... before) {
        Headers headers = RequestHead.of("GET", "http", "a.test", "/").headers();
        for (int i = 0; i < before.length; i += 2) {
            headers.add(HeaderName.of(before[i]), before[i + 1]);
        }
        propagation.inject(span, headers, new Propagation.Room());
        var all = new TreeMap<String, String>();
        headers.forEach(all::put);
        return all;
    }

    @Test
    void b3IsWrittenInSeveralHeaders() {
        assertThat(written(Propagation.B3, LONG))
                .hasToString(
                        "{x-b3-parentspanid=0000000000000004, x-b3-sampled=1,"
                                + " x-b3-spanid=0000000000000003,"
                                + " x-b3-traceid=00000000000000010000000000000002}");
        assertThat(written(Propagation.B3, SHORT, "x-b3-parentspanid", "9"))
                .hasToString(
                        "{x-b3-sampled=0, x-b3-spanid=0000000000000003,"
                                + " x-b3-traceid=ffffffffffffffff}");
    }

    @Test
    void aB3HeaderThatIsThereIsRenewedAsItGoesBeforeTheOthers() {
        assertThat(written(Propagation.B3, LONG, "b3", "0").get("b3"))
                .isEqualTo("00000000000000010000000000000002-0000000000000003-1-0000000000000004");
        assertThat(written(Propagation.B3, SHORT, "b3", "1").get("b3"))
                .isEqualTo("ffffffffffffffff-0000000000000003-0");
    }

    @Test
    void w3cIsWrittenWithTheStatesThatCame() {
        assertThat(written(Propagation.W3C, LONG))
                .hasToString(
                        "{traceparent=00-00000000000000010000000000000002-0000000000000003-01,"
                                + " tracestate=a=1}");
    }

    @Test
    void theStatesOfAnotherTraceDoNotGoOn() {
        assertThat(written(Propagation.W3C, SHORT, "tracestate", "of=another"))
                .hasToString(
                        "{traceparent=00-0000000000000000ffffffffffffffff-0000000000000003-00}");
    }

    @Test
    void b3AndW3cAreWrittenTogether() {
        assertThat(written(Propagation.B3_AND_W3C, LONG))
                .containsKeys("traceparent", "x-b3-traceid")
                .doesNotContainKey("tracestate");
    }

    @Test
    void datadogsIdsAreDecimal() {
        assertThat(written(Propagation.DATADOG, SHORT))
                .hasToString(
                        "{traceparent=00-0000000000000000ffffffffffffffff-0000000000000003-00,"
                                + " x-datadog-parent-id=3, x-datadog-sampling-priority=0,"
                                + " x-datadog-trace-id=18446744073709551615}");
        assertThat(written(Propagation.DATADOG, LONG).get("x-datadog-tags"))
                .isEqualTo("_dd.p.tid=0000000000000001");
        assertThat(written(Propagation.DATADOG, SHORT, "x-datadog-tags", "_dd.p.tid=1"))
                .doesNotContainKey("x-datadog-tags");
    }

    @Test
    void whatIsNotWrittenGoesOnAsItCame() {
        assertThat(written(Propagation.W3C, LONG, "uber-trace-id", "1:2:0:1", "sw8", "1-x"))
                .containsEntry("uber-trace-id", "1:2:0:1")
                .containsEntry("sw8", "1-x");
    }

    @Test
    void skyWalkingsWordsAreWrittenWhereThereAreAny() {
        var said = new Sw8(false, "t", "s", 2, "web", "web-1", "/a", "10.0.0.1:80");
        var walking = new Handed(1, 2, 3, 4, false, "", said);
        assertThat(written(Propagation.SKYWALKING, walking, "sw8", "before", "b3", "0"))
                .isEqualTo(Map.of("sw8", said.text(), "b3", "0"));
        assertThat(written(Propagation.SKYWALKING, LONG, "sw8", "before"))
                .isEqualTo(Map.of("sw8", "before"));
        assertThat(Sw8.read(said.text())).isEqualTo(said);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        for (Propagation each : EnumSet.complementOf(EnumSet.of(Propagation.SKYWALKING))) {
            for (Handed span : new Handed[] {LONG, SHORT}) {
                Headers headers = RequestHead.of("GET", "http", "a.test", "/").headers();
                each.inject(span, headers, new Propagation.Room());
                TraceContext read = requireNonNull(each.extract(headers));
                assertThat(read.traceHigh()).isEqualTo(span.traceHigh());
                assertThat(read.traceLow()).isEqualTo(span.traceLow());
                assertThat(read.spanId()).isEqualTo(span.spanId());
                assertThat(read.sampled()).isEqualTo(span.sampled());
            }
        }
    }
}

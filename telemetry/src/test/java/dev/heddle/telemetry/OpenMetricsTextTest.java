package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenMetricsTextTest {
    @Test
    void samplesStayAsTheyAreAndFamiliesAreSaidInItsWords() {
        assertThat(
                        OpenMetricsText.of(
                                """
                                # HELP a_bytes_total What came.
                                # TYPE a_bytes_total counter
                                a_bytes_total{x="# TYPE "} 3

                                # TYPE a_cx counter
                                a_cx{} 4

                                # TYPE a_rq counter
                                a_rq{code="200"} 1
                                # TYPE a_rq_total counter
                                a_rq_total{} 1
                                # TYPE a_milliseconds histogram
                                a_milliseconds_bucket{le="5"} 1
                                a_milliseconds_bucket{le="+Inf"} 2
                                a_milliseconds_sum{} 9
                                a_milliseconds_count{} 2
                                # TYPE seconds gauge
                                seconds 1
                                """))
                .isEqualTo(
                        """
                        # HELP a_bytes What came.
                        # TYPE a_bytes counter
                        # UNIT a_bytes bytes
                        a_bytes_total{x="# TYPE "} 3
                        # TYPE a_cx unknown
                        a_cx{} 4
                        # TYPE a_rq unknown
                        a_rq{code="200"} 1
                        # TYPE a_rq_total unknown
                        a_rq_total{} 1
                        # TYPE a_milliseconds histogram
                        # UNIT a_milliseconds milliseconds
                        a_milliseconds_bucket{le="5"} 1
                        a_milliseconds_bucket{le="+Inf"} 2
                        a_milliseconds_sum{} 9
                        a_milliseconds_count{} 2
                        # TYPE seconds gauge
                        seconds 1
                        # EOF
                        """);
    }

    @Test
    void nothingIsAPageToo() {
        assertThat(OpenMetricsText.of("")).isEqualTo("# EOF\n");
    }
}

package dev.heddle.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LoadReportTest {
    private static final String TIMED =
            """
            starting benchmark...
            Application protocol: h2c

            finished in 1.01s, 62510.00 req/s, 4.23MB/s
            requests: 62510 total, 62526 started, 62510 done, 62508 succeeded, 0 failed, \
            0 errored, 0 timeout
            status codes: 62508 2xx, 0 3xx, 2 4xx, 0 5xx
            traffic: 4.23MB (4438308) total, 2.86MB (3000480) headers (space savings 51.02%)
                                 min         max         mean         sd        +/- sd
            time for request:       53us     74.00ms       190us      1.29ms    99.39%
            time for connect:       67us        92us        79us        17us   100.00%
            """;

    @Test
    void theOwnGeneratorsLineIsRead() {
        String line =
                "requests 1000 errors 2 bytes 1105000 connects 32 resumed 5 seconds 1.000026 "
                        + "mean 106.067 p50 103.424 p90 141.312 p99 198.656 max 1475.9\n";
        LoadReport report = LoadReport.parse(line);
        assertThat(report)
                .isEqualTo(new LoadReport(1000, 2, 1105000, 32, 5, 1.000026, 103.424, 198.656));
        assertThat(report.rate()).isBetween(999.9, 1000.0);
    }

    @Test
    void aLineWithoutAValueIsNotRead() {
        assertThatThrownBy(() -> LoadReport.parse("requests 5 errors 0"))
                .hasMessageContaining("bytes");
    }

    @Test
    void h2loadCountsWhatIsNotA2xxAsFailed() {
        assertThat(LoadReport.parseH2load(TIMED, 2))
                .isEqualTo(new LoadReport(62508, 2, 4438308, 2, 0, 1.01, 190, 0));
    }

    @Test
    void otherOutputIsNotTakenForARun() {
        assertThatThrownBy(() -> LoadReport.parseH2load("Could not resolve host", 2))
                .hasMessageContaining("Could not resolve host");
    }
}

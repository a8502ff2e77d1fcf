package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProcessParserTest {
    private static ProcessConfig read(String said) throws BootstrapException {
        return BootstrapParser.parse(
                        "test", "node: {id: a, metadata: {PROXY_CONFIG: {" + said + "}}}")
                .process();
    }

    @Test
    void aNodeThatSaysNothingLeavesAllToTheCommandLine() throws BootstrapException {
        assertThat(BootstrapParser.parse("test", "node: {id: a}").process())
                .isEqualTo(ProcessConfig.NONE);
        assertThat(read("meshId: other, statusPort: 15020")).isEqualTo(ProcessConfig.NONE);
    }

    @Test
    void aProcessThatIsToEndTakesConnectionsAsLongAsIstiosAgentLetsIt() throws BootstrapException {
        assertThat(read("concurrency: 3, drainDuration: 45s, terminationDrainDuration: 1.5s"))
                .isEqualTo(
                        new ProcessConfig(
                                OptionalInt.of(3),
                                Optional.of(Duration.ofSeconds(45)),
                                Optional.of(Duration.ofMillis(1500)),
                                Optional.of(Duration.ZERO)));
    }

    @Test
    void withZeroConnectionsAsksItEndsWithTheLastOne() throws BootstrapException {
        ProcessConfig said =
                read(
                        "terminationDrainDuration: 9s, proxyMetadata:"
                                + " {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true',"
                                + " MINIMUM_DRAIN_DURATION: 1m30s}");
        assertThat(said.leastDrain()).contains(Duration.ofSeconds(90));
        assertThat(said.lastDrain()).contains(Duration.ofDays(1));
        assertThat(read("proxyMetadata: {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true'}").leastDrain())
                .contains(Duration.ofSeconds(5));
        assertThat(read("proxyMetadata: {MINIMUM_DRAIN_DURATION: 7s}"))
                .isEqualTo(ProcessConfig.NONE);
    }

    @Test
    void anAnnotationHasHistogramsCountedFinely() throws BootstrapException {
        assertThat(annotated("'true'").series().isNative()).isTrue();
        assertThat(annotated("'false'").series().isNative()).isFalse();
        assertThat(ProcessConfig.NONE.series().isNative()).isFalse();
        assertThatThrownBy(() -> annotated("perhaps"))
                .hasMessageContaining(
                        "node.metadata.ANNOTATIONS.heddle.dev/native-histograms: 'perhaps'"
                                + " (expected: true or false)");
    }

    private static ProcessConfig annotated(String said) throws BootstrapException {
        return BootstrapParser.parse(
                        "test",
                        "node: {id: a, metadata: {ANNOTATIONS: {heddle.dev/native-histograms: "
                                + said
                                + "}}}")
                .process();
    }

    @Test
    void whatIsNoneIsSaidWithItsPath() {
        assertThatThrownBy(() -> read("concurrency: 65"))
                .hasMessageContaining(
                        "node.metadata.PROXY_CONFIG.concurrency: 65.0 (expected: 0 to 64)");
        assertThatThrownBy(() -> read("drainDuration: soon"))
                .hasMessageContaining("PROXY_CONFIG.drainDuration: 'soon' (expected: a duration");
        assertThatThrownBy(() -> read("proxyMetadata: {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: perhaps}"))
                .hasMessageContaining(
                        "proxyMetadata.EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'perhaps' (expected: true");
    }
}

package dev.heddle.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadTest {

    @Test
    void aLoadIsWrittenAsArguments() {
        Load load =
                Load.keepAlive("bench", "/x/1024")
                        .over(16)
                        .at(new Load.Pace.Open(1000))
                        .inside(Path.of("/certs"));
        assertThat(String.join(" ", load.arguments(8080)))
                .isEqualTo(
                        "--port 8080 --host bench --path /x/1024 --connections 16 --rate 1000"
                                + " --tls /certs");
        assertThat(load.at(new Load.Pace.Reconnecting()).resuming().arguments(1))
                .contains("--close", "--resume");
    }

    @Test
    void onlyHttp2IsMultiplexed() {
        assertThatThrownBy(() -> Load.keepAlive("bench", "/").at(new Load.Pace.Multiplexed(16)))
                .hasMessageContaining("HTTP2");
        assertThatThrownBy(() ->
                        new Load(
                                Load.Version.HTTP2,
                                "bench",
                                "/",
                                1,
                                new Load.Pace.Closed(),
                                Optional.empty(),
                                false))
                .hasMessageContaining("Multiplexed");
    }
}

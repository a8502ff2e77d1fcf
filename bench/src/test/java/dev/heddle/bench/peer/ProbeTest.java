package dev.heddle.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.bench.peer.Shape.Wire;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static final Shape MESH = Shape.mesh(Wire.HTTP1, 100, 10);
    private static final String GOOD =
            """
            HTTP/1.1 200 OK
            X-Served-By: bench

            GET /r/5/echo HTTP/1.1
            x-request-id: 7
            x-b3-sampled: 0

            """
                    .replace("\n", "\r\n");

    @Test
    void aProxyThatDoesAllItsWorkPasses() {
        assertThat(Probe.judge(MESH, GOOD)).isEmpty();
    }

    @Test
    void eachPieceOfWorkIsMissedWhenItIsNotDone() {
        assertThat(Probe.judge(MESH, GOOD.replace("x-request-id", "x")))
                .hasValueSatisfying(why -> assertThat(why).contains("x-request-id"));
        assertThat(Probe.judge(MESH, GOOD.replace("x-b3-sampled", "x")))
                .hasValueSatisfying(why -> assertThat(why).contains("x-b3-sampled"));
        assertThat(Probe.judge(MESH, GOOD.replace("x-b3", "user-agent: probe\r\nx-b3")))
                .hasValueSatisfying(why -> assertThat(why).contains("user-agent"));
        assertThat(Probe.judge(MESH, GOOD.replace("X-Served-By", "x")))
                .hasValueSatisfying(why -> assertThat(why).contains("x-served-by"));
    }

    @Test
    void anErrorIsNotAnAnswer() {
        String sorry = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
        assertThat(Probe.judge(Shape.plain(Wire.HTTP1), sorry))
                .contains("not a 200: HTTP/1.1 503 Service Unavailable");
    }
}

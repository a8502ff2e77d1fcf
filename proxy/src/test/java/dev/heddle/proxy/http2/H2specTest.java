package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The conformance suite h2spec 2.2.0 against a server that answers everything with a few bytes.
class H2specTest {
    @TempDir private Path directory;
    private @Nullable LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        server = LoopbackServer.start(Http2Settings.USUAL, Answering::new);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void allCasesPass() throws Exception {
        assertThat(tally()).isEqualTo("145 of 145");
    }

    @Test
    void allCasesPassInStrictMode() throws Exception {
        assertThat(tally("--strict")).isEqualTo("146 of 146");
    }

    private String tally(String... options) throws Exception {
        return new H2specRun(directory).tally(Objects.requireNonNull(server).port(), options);
    }

    /// Answers a request when it is complete.
    private static final class Answering implements Http2Listener {
        @Override
        public void onRequest(Http2Stream stream, Http2Head head, boolean isEnd) {
            stream.setHandler(new Answer(stream));
            if (isEnd) {
                answer(stream);
            }
        }

        private static void answer(Http2Stream stream) {
            stream.sendHead(
                    fields -> {
                        fields.status(200);
                        fields.add("content-type", "text/plain");
                    },
                    false);
            stream.sendData(Unpooled.copiedBuffer("answered", StandardCharsets.US_ASCII), true);
        }

        @Override
        public void onRefused(int streamId, String details) {}

        @Override
        public void onSettings() {}

        @Override
        public void onGoAway(ErrorCode code) {}

        @Override
        public void onPong(long opaque) {}

        @Override
        public void onClosed(ErrorCode code, String details) {}

        private record Answer(Http2Stream stream) implements Http2StreamHandler {
            @Override
            public void onHead(Http2Head head, boolean isEnd) {}

            @Override
            public void onData(ByteBuf data, boolean isEnd) {
                int length = data.readableBytes();
                data.release();
                stream.consumed(length);
                if (isEnd) {
                    answer(stream);
                }
            }

            @Override
            public void onTrailers(Http2Head trailers) {
                answer(stream);
            }

            @Override
            public void onWritable() {}

            @Override
            public void onClosed(StreamEnd end, ErrorCode code) {}
        }
    }
}

package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The conformance suite h2spec 2.2.0 against a server that answers everything with a few bytes.
class H2specTest {
    private static final String BINARY = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final Pattern TALLY = Pattern.compile("(\\d+) tests, (\\d+) passed");

    @TempDir private Path directory;
    private @Nullable LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "h2spec comes as a binary for Linux on amd64");
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
        Path binary = unpack();
        Path output = directory.resolve("output.txt");
        var command = new ArrayList<String>();
        command.add(binary.toString());
        command.addAll(
                List.of(
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(Objects.requireNonNull(server).port()),
                        "-o",
                        "1"));
        command.addAll(List.of(options));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("h2spec ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Matcher tally = TALLY.matcher(text);
        assertThat(tally.find()).as(text).isTrue();
        String result = tally.group(2) + " of " + tally.group(1);
        return tally.group(1).equals(tally.group(2)) ? result : result + "\n" + failures(text);
    }

    private static String failures(String text) {
        int at = text.indexOf("Failures:");
        return at < 0 ? text : text.substring(at);
    }

    private Path unpack() throws IOException, InterruptedException {
        Path archive = directory.resolve("h2spec.tar.gz");
        try (InputStream packed = H2specTest.class.getResourceAsStream(BINARY)) {
            assertThat(packed).as(BINARY).isNotNull();
            Files.copy(packed, archive);
        }
        var tar =
                new ProcessBuilder("tar", "xzf", archive.toString(), "-C", directory.toString())
                        .inheritIO()
                        .start();
        assertThat(tar.waitFor()).isZero();
        return directory.resolve("h2spec");
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

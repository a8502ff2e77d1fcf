package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http2.H2specRun;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.sim.LoopbackProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The conformance suite h2spec against the whole proxy, with an upstream that answers everything.
class H2specThroughProxyTest {
    private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)");

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({"'', 145 of 145", "--strict, 146 of 146"})
    void allCasesPass(String option, String tally) throws Exception {
        // Not closed but interrupted: pooled connections stay open as long as the proxy keeps them.
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var proxy = LoopbackProxy.http(Transport.usual(), 1, upstream.getLocalPort())) {
            threads.execute(() -> acceptAll(upstream, threads));
            String[] options = option.isEmpty() ? new String[0] : new String[] {option};
            assertThat(new H2specRun(directory).tally(proxy.port(), options)).isEqualTo(tally);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void acceptAll(ServerSocket upstream, Executor threads) {
        try {
            while (true) {
                Socket socket = upstream.accept();
                threads.execute(() -> answerAll(socket));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    /// Answers each request once it is complete.
    private static void answerAll(Socket socket) {
        try (socket) {
            var seen = new StringBuilder();
            for (int c = socket.getInputStream().read(); c >= 0; ) {
                seen.append((char) c);
                if (isComplete(seen.toString())) {
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nanswered"
                                            .getBytes(StandardCharsets.US_ASCII));
                    seen.setLength(0);
                }
                c = socket.getInputStream().read();
            }
        } catch (IOException e) {
            // The proxy gave this request up.
        }
    }

    private static boolean isComplete(String request) {
        int end = request.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        Matcher length = LENGTH.matcher(request.substring(0, end));
        if (request.substring(0, end).contains("transfer-encoding: chunked")) {
            return request.endsWith("\r\n0\r\n\r\n");
        }
        return !length.find() || request.length() - end - 4 >= Integer.parseInt(length.group(1));
    }
}

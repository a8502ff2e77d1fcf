package dev.heddle.samples.bookinfo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs one service of the sample as a process.
///
/// `BookinfoMain reviews --version v2 --port 9080 --address 127.0.0.1`; the environment's
/// `HTTP_PROXY` names the proxy through which it calls the others.
public final class BookinfoMain {
    private static final String USAGE =
            """
            Usage: bookinfo <productpage|details|reviews|ratings> [--version V] [--port N] \
            [--address A] [--pod NAME] [--exit-on-stdin-eof]
            Example: bookinfo reviews --version v2 --port 9080 --address 127.0.0.1
            """;

    private BookinfoMain() {}

    /// Starts the service that the arguments name and serves until the process is stopped.
    public static void main(String[] args) throws IOException {
        Settings settings;
        try {
            settings = Settings.of(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println("bookinfo: " + e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        // The server must keep idle connections longer than any proxy in front of it does, or the
        // proxy sends a request into a connection that is just being closed.
        System.setProperty("sun.net.httpserver.idleInterval", "7200");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
        System.setProperty("sun.net.httpserver.nodelay", "true");
        var peers = Peers.through(System.getenv().getOrDefault("HTTP_PROXY", ""));
        try {
            var server =
                    BookServer.start(
                            new InetSocketAddress(settings.address(), settings.port()),
                            settings.service(peers),
                            settings.pod(),
                            System.out);
            System.out.println(settings.pod() + " listens on " + server.address());
        } catch (IOException e) {
            System.err.printf(
                    "bookinfo: cannot listen on %s:%d: %s; is another process there?%n",
                    settings.address(), settings.port(), e.getMessage());
            System.exit(1);
        }
        if (settings.exitOnStdinEof()) {
            awaitEndOfInput();
            System.exit(0);
        }
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Whatever comes in is of no interest, only that it ends.
            }
        } catch (IOException _) {
            // An input that cannot be read has ended.
        }
    }

    /// What the command line says.
    record Settings(
            String name,
            String version,
            int port,
            String address,
            String pod,
            boolean exitOnStdinEof) {

        static Settings of(List<String> args) {
            var words = new ArrayDeque<>(args);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("service: none (expected: a name)");
            }
            String name = words.pop();
            Map<String, String> options = new HashMap<>();
            while (!words.isEmpty()) {
                String option = words.pop();
                switch (option) {
                    case "--exit-on-stdin-eof" -> options.put(option, "");
                    case "--version", "--port", "--address", "--pod" -> {
                        if (words.isEmpty()) {
                            throw new IllegalArgumentException(option + ": (expected: a value)");
                        }
                        options.put(option, words.pop());
                    }
                    default -> throw new IllegalArgumentException("unknown argument: " + option);
                }
            }
            String version = options.getOrDefault("--version", "v1");
            var settings =
                    new Settings(
                            name,
                            version,
                            port(options.getOrDefault("--port", "9080")),
                            options.getOrDefault("--address", "0.0.0.0"),
                            options.getOrDefault("--pod", name + "-" + version),
                            options.containsKey("--exit-on-stdin-eof"));
            settings.service((_, _, _, _) -> Peers.Answer.NONE); // refuses unknown names now
            return settings;
        }

        private static int port(String text) {
            if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65_535) {
                return Integer.parseInt(text);
            }
            throw new IllegalArgumentException("--port: " + text + " (expected: 0 to 65535)");
        }

        BookService service(Peers peers) {
            return switch (name) {
                case "productpage" -> new ProductPage(pod, peers);
                case "details" -> new Details();
                case "reviews" -> new Reviews(Reviews.Stars.of(version), pod, "null", peers);
                case "ratings" -> new Ratings();
                default ->
                        throw new IllegalArgumentException(
                                "service: "
                                        + name
                                        + " (expected: productpage, details, reviews, ratings)");
            };
        }
    }
}

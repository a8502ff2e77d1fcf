package dev.heddle.e2e.swaps;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.KeptConnection;
import dev.heddle.e2e.swaps.Ledger.Line;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Who calls through the proxies, each in his protocol and on a thread of his own, until he is told
/// to stop: every request is in the ledger, and judged by what may be in force.
final class Callers implements AutoCloseable {
    /// Between two requests of a caller, so that the machine has time for swaps.
    private static final long PAUSE_NANOS = 3_000_000;

    /// How long a stream goes on, whatever a machine makes of its lines.
    private static final long CHAT_NANOS = 800_000_000;

    private static final int SHORT_LINES = 30;

    private final Ledger ledger;
    private final Ports ports;
    private final SSLContext tls;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isOver;

    /// Where the proxies listen.
    ///
    /// @param sidecar the port that takes HTTP for all services
    /// @param http of the gateway, as the others
    /// @param kept TCP that always leads to the same service
    /// @param swapped TCP that leads to one service or another
    record Ports(int sidecar, int http, int https, int kept, int swapped) {}

    Callers(Ledger ledger, Ports ports, SSLContext tls) {
        this.ledger = ledger;
        this.ports = ports;
        this.tls = tls;
    }

    /// What a caller does again and again.
    private interface Turn {
        void take(int turn) throws Exception;
    }

    private void start(String name, Turn turn) {
        threads.add(
                Thread.ofVirtual()
                        .name(name)
                        .start(() -> {
                            for (int i = 0; !isOver; i++) {
                                try {
                                    turn.take(i);
                                } catch (Exception e) {
                                    ledger.begin(name).failed("the caller itself: " + e);
                                }
                                LockSupport.parkNanos(PAUSE_NANOS);
                            }
                        }));
    }

    /// All begin to call.
    void start() {
        keptHttp("sidecar-http1", ports.sidecar(), "shop:9080", "http://shop:9080");
        keptHttp("gateway-http1", ports.http(), "shop.example.com", "");
        keptHttp("gateway-http1-again", ports.http(), "shop.example.com", "");
        start(
                "gateway-new-http1",
                turn -> {
                    try (var once = new Kept(() -> open(ports.http()))) {
                        http("gateway-new-http1", once, turn, "shop.example.com", "");
                    }
                });
        start("gateway-new-tls", this::newTls);
        say("sidecar-grpc", ports.sidecar(), "talk:7070");
        say("gateway-grpc", ports.http(), "talk.example.com");
        chat("sidecar-grpc-stream", ports.sidecar(), "talk:7070");
        chat("gateway-grpc-stream", ports.http(), "talk.example.com");
        keptWire();
        start("gateway-new-tcp", this::newWire);
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /// A new connection.
    ///
    /// @param oldest number of the oldest state that its listener may be of
    private record Opened(Socket socket, int oldest) {}

    private Opened open(int port) throws IOException {
        int oldest = ledger.oldest();
        return new Opened(connect(port), oldest);
    }

    /// A connection for as long as may be. A listener that is replaced keeps those that it has.
    private static final class Kept implements AutoCloseable {
        private final KeptConnection connection;
        private int oldest;

        interface Opener {
            Opened open() throws IOException;
        }

        Kept(Opener opener) {
            connection =
                    new KeptConnection(() -> {
                        Opened opened = opener.open();
                        oldest = opened.oldest();
                        return opened.socket();
                    });
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    private void keptHttp(String name, int port, String host, String prefix) {
        var connection = new Kept(() -> open(port));
        start(name, turn -> http(name, connection, turn, host, prefix));
    }

    private void http(String name, Kept by, int turn, String host, String prefix) {
        String path = MeshState.PATHS.get(turn % MeshState.PATHS.size());
        Line line = ledger.begin(name);
        try {
            Answer answer =
                    by.connection.call(
                            HttpText.request(
                                    turn % 3 == 0 ? "POST" : "GET",
                                    prefix + path,
                                    host,
                                    turn % 3 == 0
                                            ? Map.of(Ledger.ID, line.id(), "content-length", "0")
                                            : Map.of(Ledger.ID, line.id())));
            String who = answer.destination().orElse("");
            String state = answer.header(MeshText.STATE).orElse("");
            String why = judge(line, path, answer, who, state);
            if (why.isEmpty()) {
                why = judgeServer(by, answer);
            }
            if (why.isEmpty()) {
                line.answered(who, state);
            } else {
                line.failed(why);
            }
        } catch (IOException e) {
            line.failed(e.toString());
        }
    }

    /// What is wrong with an answer; empty when one of the states explains its route and the
    /// backend. The backends of a route are those of any state in force: they come by themselves.
    private static String judge(Line line, String path, Answer answer, String by, String state) {
        List<MeshState> states = line.states();
        if (answer.status() != 200) {
            return "status " + answer.status() + " " + answer.body();
        }
        List<MeshState> routes =
                states.stream().filter(it -> Integer.toString(it.number()).equals(state)).toList();
        if (routes.isEmpty()) {
            return path + " took the route of state '" + state + "'";
        }
        if (!by.isEmpty() && !answer.seen("header:" + MeshText.STATE).orElse("").equals(state)) {
            return "asked by one state's route and answered by another's, " + state;
        }
        MeshState route = routes.getFirst();
        boolean isExplained =
                by.isEmpty()
                        ? route.paths().get(path) instanceof MeshState.Leads.Own
                        : states.stream()
                                .anyMatch(it -> route.answering(path, it.workloads()).contains(by));
        return isExplained ? "" : path + " was answered by '" + by + "', by state " + state;
    }

    /// What is wrong with the name that the proxy's listener gives itself; empty when it is that of
    /// a state that may have been in force since the connection was made.
    private String judgeServer(Kept by, Answer answer) {
        String server = answer.header("server").orElse("");
        boolean isExplained =
                ledger.since(by.oldest).stream()
                        .anyMatch(it -> it.serverName().orElse("").equals(server));
        return isExplained
                ? ""
                : "server '%s' on a connection since state %d".formatted(server, by.oldest);
    }

    private void newTls(int turn) throws IOException {
        Line shown = ledger.begin("gateway-handshake");
        Opened plain;
        SSLSocket socket;
        try {
            plain = open(ports.https());
            socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(plain.socket(), "shop.example.com", 8443, true);
            socket.startHandshake();
            var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            String name = certificate.getSubjectX500Principal().getName().substring("CN=".length());
            if (shown.states().stream().anyMatch(it -> it.certificate().equals(name))) {
                shown.served("");
            } else {
                shown.failed("certificate of " + name);
            }
        } catch (IOException e) {
            shown.failed(e.toString());
            return;
        }
        try (var connection = new Kept(() -> new Opened(socket, plain.oldest()))) {
            // Its last answer says so, where the listener changes meanwhile.
            for (int i = 0; i < 3 && !socket.isClosed(); i++) {
                http("gateway-new-tls", connection, turn + i, "shop.example.com", "");
            }
        }
    }

    private void say(String name, int port, String authority) {
        ManagedChannel channel = Talk.channel(port, authority);
        start(
                name,
                _ -> {
                    Line line = ledger.begin(name);
                    try {
                        Talk.Said said = Talk.say(channel, line.id());
                        boolean isExplained =
                                line.states().stream()
                                        .anyMatch(it ->
                                                Integer.toString(it.number()).equals(said.state()));
                        if (isExplained && said.text().equals(line.id())) {
                            line.answered(said.by(), said.state());
                        } else {
                            line.failed(said.toString());
                        }
                    } catch (StatusRuntimeException e) {
                        line.failed(e.toString());
                    }
                });
    }

    private void chat(String name, int port, String authority) {
        ManagedChannel channel = Talk.channel(port, authority);
        start(
                name,
                _ -> {
                    Line line = ledger.begin(name);
                    try {
                        var chat = new Talk.Chat(channel, line.id());
                        String first = chat.say("line");
                        long end = System.nanoTime() + CHAT_NANOS;
                        while (System.nanoTime() - end < 0) {
                            String answer = chat.say("line");
                            if (!answer.equals(first)) {
                                throw new IOException("'" + answer + "' after '" + first + "'");
                            }
                            LockSupport.parkNanos(20_000_000);
                        }
                        chat.end();
                        line.answered(first.substring(0, first.indexOf(' ')), "");
                    } catch (IOException e) {
                        line.failed(e.toString());
                    }
                });
    }

    /// One connection for as long as everything lasts.
    private void keptWire() {
        var first = new AtomicReference<Wire.@Nullable Caller>();
        start(
                "gateway-kept-tcp",
                _ -> {
                    Line line = ledger.begin("gateway-kept-tcp");
                    try {
                        Wire.Caller caller = first.get();
                        if (caller == null) {
                            caller = new Wire.Caller(connect(ports.kept()));
                            first.set(caller);
                        }
                        String by = caller.say(line.id());
                        ledger.heard(line.id());
                        line.served(by);
                    } catch (IOException e) {
                        first.set(null);
                        line.failed(e.toString());
                    }
                });
    }

    private void newWire(int turn) {
        Line line = ledger.begin("gateway-new-tcp");
        try (var caller = new Wire.Caller(connect(ports.swapped()))) {
            String by = "";
            for (int i = 0; i < SHORT_LINES; i++) {
                by = caller.say(line.id() + "/" + i);
                List<MeshState> states = line.states();
                String answered = by;
                if (i == 0 && states.stream().noneMatch(it -> it.wire().equals(answered))) {
                    throw new IOException("led to " + by);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            ledger.heard(line.id());
            line.served(by);
        } catch (IOException e) {
            line.failed(e.toString());
        }
    }

    /// Has them stop, and waits until all have.
    @Override
    public void close() {
        isOver = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.heddle.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A proxy, an upstream that answers each request with its path, a good client beside whatever else
/// happens, and the five things that hold in every case:
///
/// 1. nothing happens that the proxy calls a bug (asserted when it is closed);
/// 2. the good client gets its own answer, over its own connection;
/// 3. no buffer, exchange, connection or permit is left (asserted when it is closed);
/// 4. there is one line in the log for each request, without control characters;
/// 5. what the log says went upstream is what the upstream got.
final class Mesh implements AutoCloseable {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: (\\d+)\r\n");

    private final SimProxy sim;
    private final SimUpstream upstream;
    private final SimPeer good;
    private final Map<SimPeer, String> partial = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private int goodRequests;
    private int loggedBefore;
    private int requestsBefore;

    Mesh(UnaryOperator<HttpConnectionManagerConfig> change) {
        sim = SimProxy.http(change);
        upstream = sim.upstream();
        good = sim.client();
    }

    SimProxy sim() {
        return sim;
    }

    SimUpstream upstream() {
        return upstream;
    }

    /// Lets an attacker send these bytes in pieces, and checks everything.
    ///
    /// @param cuts where the pieces end, in order
    void assertHolds(Attack attack, int... cuts) {
        SimPeer attacker = sim.client();
        begin();
        int from = 0;
        for (int cut : cuts) {
            attacker.send(attack.bytes().substring(from, cut));
            answerRequests();
            from = cut;
        }
        attacker.send(attack.bytes().substring(from));
        answerRequests();
        sim.advance(java.time.Duration.ofMillis(1100));
        String outcome = outcome(attacker);
        attacker.close();
        assertThat(outcome).isEqualTo(attack.outcome());
        assertThat(requests.subList(requestsBefore, requests.size())).isEqualTo(attack.forwarded());
        check();
    }

    /// Begins to count.
    void begin() {
        loggedBefore = sim.log().lines().size();
        requestsBefore = requests.size();
    }

    /// Checks what must hold, of everything since [#begin].
    void check() {
        List<String> lines = sim.log().lines();
        List<String> own = lines.subList(loggedBefore, lines.size());
        assertThat(own)
                .allSatisfy(line -> assertThat(line.chars()).allMatch(c -> c >= 0x20 && c != 0x7f));
        assertThat(own.stream().filter(line -> line.contains(" via_upstream ")))
                .as("requests of which the log says that they went upstream")
                .hasSize(requests.size() - requestsBefore);
        serveGoodClient();
    }

    private void serveGoodClient() {
        String path = "/good-" + goodRequests++;
        good.send("GET " + path + " HTTP/1.1\r\nHost: good\r\n\r\n");
        answerRequests();
        assertThat(good.take()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n" + path);
        assertThat(good.isClosed()).isFalse();
    }

    /// Has the upstream answer every request that it has got.
    void answerRequests() {
        boolean isBusy = true;
        while (isBusy) {
            isBusy = false;
            for (SimPeer connection : List.copyOf(upstream.connections())) {
                String text = partial.getOrDefault(connection, "") + connection.take();
                int end = messageEnd(text);
                if (end >= 0 && !connection.isClosed()) {
                    isBusy = true;
                    partial.put(connection, text.substring(end));
                    answer(connection, text);
                } else {
                    partial.put(connection, text);
                }
            }
        }
    }

    private void answer(SimPeer connection, String request) {
        String[] line = request.split(" ", 3);
        requests.add(line[0] + " " + line[1]);
        String body = line[0].equals("HEAD") ? "" : line[1];
        connection.send(
                "HTTP/1.1 200 OK\r\nContent-Length: " + line[1].length() + "\r\n\r\n" + body);
    }

    /// The statuses of the answers that a client got, with `!` if its connection has ended.
    static String outcome(SimPeer client) {
        var statuses = new ArrayList<String>();
        String rest = client.received();
        while (!rest.isEmpty()) {
            Matcher status = STATUS.matcher(rest);
            assertThat(status.lookingAt()).as("an answer begins with: %s", rest).isTrue();
            int end = messageEnd(rest);
            assertThat(end).as("an answer is complete: %s", rest).isNotNegative();
            if (!status.group(1).equals("100")) {
                statuses.add(status.group(1));
            }
            rest = rest.substring(end);
        }
        return String.join(" ", statuses) + (client.isClosed() ? "!" : "");
    }

    private static int messageEnd(String text) {
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return -1;
        }
        String fields = text.substring(0, head + 2).toLowerCase(Locale.ROOT);
        if (fields.contains("\r\ntransfer-encoding: chunked\r\n")) {
            int last = text.indexOf("0\r\n\r\n", head + 4);
            return last < 0 ? -1 : last + 5;
        }
        Matcher length = LENGTH.matcher(fields);
        int end = head + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0);
        return end <= text.length() ? end : -1;
    }

    @Override
    public void close() {
        sim.close();
    }
}

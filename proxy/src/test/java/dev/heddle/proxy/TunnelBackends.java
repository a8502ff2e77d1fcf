package dev.heddle.proxy;

import dev.heddle.proxy.http2.FrameText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Servers that take tunnels, over HTTP/1.1, HTTP/2 and without HTTP: each greets, and then repeats
/// what it hears. They remember the heads of requests. What is asked of `refuse` is refused.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
final class TunnelBackends implements AutoCloseable {
    private final ServerSocket http1 = open();
    private final ServerSocket http2 = open();
    private final ServerSocket tcp = open();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private interface Server {
        void serve(Socket socket) throws IOException;
    }

    TunnelBackends() throws IOException {
        serve(http1, this::http1);
        serve(http2, this::http2);
        serve(tcp, socket -> repeat(socket, "hello-tcp:"));
    }

    private static ServerSocket open() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private void serve(ServerSocket listening, Server server) {
        var _ =
                threads.submit(() -> {
                    while (true) {
                        Socket socket = listening.accept();
                        var _ =
                                threads.submit(() -> {
                                    try (socket) {
                                        server.serve(socket);
                                    }
                                    return null;
                                });
                    }
                });
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void repeat(Socket socket, String greeting) throws IOException {
        write(socket, greeting);
        socket.getInputStream().transferTo(socket.getOutputStream());
        write(socket, "<end>");
    }

    private void http1(Socket socket) throws IOException {
        var head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                return;
            }
            head.append((char) b);
        }
        String text = head.toString();
        heard.addAll(head(text));
        if (text.substring(0, text.indexOf('\r')).contains("refuse")) {
            write(socket, "HTTP/1.1 400 No\r\nContent-Length: 3\r\n\r\nbad");
        } else if (text.startsWith("CONNECT") || text.startsWith("POST /tunnel")) {
            write(socket, "HTTP/1.1 200 OK\r\nx-a: b\r\n\r\n");
            repeat(socket, "hello-connect:");
        } else if (text.toLowerCase(Locale.ROOT).contains("\r\nupgrade:")) {
            write(
                    socket,
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\n\r\n");
            repeat(socket, "hello-ws:");
        } else {
            write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private void http2(Socket socket) throws IOException {
        var text = new FrameText();
        write(socket, FrameText.settings(8, 1));
        write(socket, FrameText.settingsAck());
        byte[] piece = new byte[4096];
        InputStream in = socket.getInputStream();
        for (int length = in.read(piece); length > 0; length = in.read(piece)) {
            for (String line : text.read(Unpooled.copiedBuffer(piece, 0, length))) {
                int stream = line.startsWith("SETTINGS") ? 0 : number(line);
                if (line.startsWith("HEADERS")) {
                    heard.addAll(fields(line));
                    if (line.contains("refuse")) {
                        write(socket, text.headers(stream, true, ":status: 400"));
                    } else {
                        write(socket, text.headers(stream, false, ":status: 200", "x-a: b"));
                        write(socket, FrameText.data(stream, "hello-h2:", false));
                    }
                } else if (line.startsWith("DATA")) {
                    boolean isEnd = line.endsWith(" end");
                    String said =
                            line.substring(
                                    line.indexOf(' ', 5) + 1, line.length() - (isEnd ? 4 : 0));
                    write(socket, FrameText.data(stream, said + (isEnd ? "bye" : ""), isEnd));
                }
            }
        }
    }

    /// The stream of a line for a frame; 0 where it tells none.
    private static int number(String line) {
        return new Scanner(line)
                .useDelimiter(" ")
                .tokens()
                .skip(1)
                .limit(1)
                .filter(word -> word.chars().allMatch(Character::isDigit))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }

    private static void write(Socket socket, ByteBuf bytes) throws IOException {
        bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
    }

    /// The start line, and the fields in order of the alphabet, of those that matter.
    static List<String> head(String text) {
        List<String> lines = new ArrayList<>(text.strip().lines().toList());
        if (lines.isEmpty()) {
            return lines;
        }
        String start = lines.removeFirst();
        List<String> fields = sorted(lines);
        fields.addFirst(start);
        return fields;
    }

    /// The same of a line for a HEADERS frame.
    static List<String> fields(String line) {
        int from = line.indexOf('[') + 1;
        return sorted(
                List.of(line.substring(from, line.lastIndexOf(']')).split(", (?=:?[a-z-]+: )")));
    }

    private static List<String> sorted(List<String> fields) {
        return new ArrayList<>(
                fields.stream()
                        .map(field -> field.toLowerCase(Locale.ROOT))
                        .filter(field -> !field.matches("(date|x-request-id): .*"))
                        // How long the upstream took is nobody's promise.
                        .filter(field -> !field.startsWith("x-envoy-upstream-service-time"))
                        .sorted()
                        .toList());
    }

    /// The requests since the last call of [#clear], line by line.
    List<String> heard() {
        return List.copyOf(heard);
    }

    void clear() {
        heard.clear();
    }

    private static String cluster(String name, ServerSocket server, String more) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: \
        {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        %s\
        """
                .formatted(name, name, server.getLocalPort(), more);
    }

    /// A static cluster for each, as the part of a bootstrap.
    String clusters() {
        return "  clusters:\n"
                + cluster("http1", http1, "")
                + cluster(
                        "http2",
                        http2,
                        "    typed_extension_protocol_options:"
                                + " {envoy.extensions.upstreams.http.v3.HttpProtocolOptions:"
                                + " {'@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions,"
                                + " explicit_http_config: {http2_protocol_options: {}}}}\n")
                + cluster("tcp", tcp, "");
    }

    @Override
    public void close() throws IOException {
        http1.close();
        http2.close();
        tcp.close();
        threads.shutdownNow();
    }
}

package dev.heddle.proxy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Asks for names and reads what is answered, for tests.
final class NameQuestions {
    static final int A = 1;
    static final int TXT = 16;
    static final int AAAA = 28;

    private NameQuestions() {}

    /// What is answered.
    ///
    /// @param code 0 where there is such a name
    record Answered(int code, boolean isTruncated, List<String> addresses, List<Integer> ttls) {}

    static byte[] question(int id, String name, int type) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) (id >>> 8), (byte) id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (String label : name.split("\\.", -1)) {
            bytes.write(label.length());
            bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        bytes.writeBytes(new byte[] {0, 0, (byte) type, 0, 1});
        return bytes.toByteArray();
    }

    /// Over UDP; empty where nobody answers in time.
    static Optional<byte[]> ask(int port, byte[] question, int millis) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(millis);
            socket.send(
                    new DatagramPacket(
                            question,
                            question.length,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
            var answer = new DatagramPacket(new byte[4_096], 4_096);
            socket.receive(answer);
            return Optional.of(Arrays.copyOf(answer.getData(), answer.getLength()));
        } catch (SocketTimeoutException _) {
            return Optional.empty();
        }
    }

    /// As often as a client does whose questions may get lost.
    static Answered ask(int port, String name, int type) throws IOException {
        for (int i = 0; ; i++) {
            Optional<byte[]> answer = ask(port, question(0x4242, name, type), 1_000);
            if (answer.isPresent() || i == 9) {
                return read(answer.orElseThrow());
            }
        }
    }

    /// Several over one TCP connection.
    static List<Answered> askOverTcp(int port, String... names) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            var out = new ByteArrayOutputStream();
            for (String name : names) {
                byte[] question = question(0x4242, name, A);
                out.write(question.length >>> 8);
                out.write(question.length);
                out.writeBytes(question);
            }
            socket.getOutputStream().write(out.toByteArray());
            var in = new DataInputStream(socket.getInputStream());
            var answers = new ArrayList<Answered>();
            for (String _ : names) {
                byte[] answer = new byte[in.readUnsignedShort()];
                in.readFully(answer);
                answers.add(read(answer));
            }
            return answers;
        }
    }

    static Answered read(byte[] answer) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(answer);
        if (in.getShort() != 0x4242) {
            throw new IOException("an answer to something else");
        }
        int flags = in.getShort();
        in.getShort();
        int count = in.getShort();
        in.getInt();
        skipName(in);
        in.getInt();
        var addresses = new ArrayList<String>();
        var ttls = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            skipName(in);
            int type = in.getShort();
            in.getShort();
            ttls.add(in.getInt());
            byte[] data = new byte[in.getShort()];
            in.get(data);
            if (type == A || type == AAAA) {
                addresses.add(InetAddress.getByAddress(data).getHostAddress());
            }
        }
        return new Answered(flags & 0xf, (flags & 0x200) != 0, addresses, ttls);
    }

    private static void skipName(ByteBuffer in) {
        while (true) {
            int length = in.get() & 0xff;
            if (length >= 0xc0) {
                in.get();
                return;
            }
            if (length == 0) {
                return;
            }
            in.position(in.position() + length);
        }
    }

    /// A server of names that knows `*.example.org`, 9.9.9.9, for five seconds, over UDP and TCP.
    static final class Server implements AutoCloseable {
        private final DatagramSocket socket;
        private final ServerSocket listening;
        private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

        private Server(ServerSocket listening, DatagramSocket socket) {
            this.listening = listening;
            this.socket = socket;
            Thread.ofVirtual().start(this::serve);
            Thread.ofVirtual().start(this::accept);
        }

        /// One on a port that both protocols have left.
        static Server start() throws IOException {
            while (true) {
                var listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                try {
                    return new Server(
                            listening,
                            new DatagramSocket(
                                    listening.getLocalPort(), InetAddress.getLoopbackAddress()));
                } catch (IOException _) {
                    listening.close();
                }
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        /// Names that it was asked for, each with its type.
        List<String> asked() {
            return List.copyOf(asked);
        }

        private void serve() {
            try {
                while (true) {
                    var packet = new DatagramPacket(new byte[4_096], 4_096);
                    socket.receive(packet);
                    byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                    if (answer.length > 0) {
                        socket.send(
                                new DatagramPacket(
                                        answer, answer.length, packet.getSocketAddress()));
                    }
                }
            } catch (IOException _) {
                // Closed.
            }
        }

        private void accept() {
            try {
                while (true) {
                    try (Socket client = listening.accept()) {
                        var in = new DataInputStream(client.getInputStream());
                        byte[] question = new byte[in.readUnsignedShort()];
                        in.readFully(question);
                        byte[] answer = answer(question);
                        client.getOutputStream()
                                .write(
                                        new byte[] {
                                            (byte) (answer.length >>> 8), (byte) answer.length
                                        });
                        client.getOutputStream().write(answer);
                    }
                }
            } catch (IOException _) {
                // Closed.
            }
        }

        /// Empty for none.
        private byte[] answer(byte[] question) {
            var name = new StringBuilder();
            int at = 12;
            for (int length = question[at++]; length > 0; length = question[at++]) {
                name.append(new String(question, at, length, StandardCharsets.US_ASCII))
                        .append('.');
                at += length;
            }
            int type = (question[at] & 0xff) << 8 | (question[at + 1] & 0xff);
            asked.add(name + " " + type);
            if (name.toString().startsWith("silent")) {
                return new byte[0];
            }
            boolean isKnown = name.toString().toLowerCase(Locale.ROOT).endsWith("example.org.");
            var answer = new ByteArrayOutputStream();
            answer.write(question, 0, 2);
            boolean hasRecord = isKnown && type == A;
            answer.writeBytes(
                    new byte[] {
                        (byte) 0x81,
                        (byte) (isKnown ? 0x80 : 0x83),
                        0,
                        1,
                        0,
                        (byte) (hasRecord ? 1 : 0),
                        0,
                        0,
                        0,
                        0
                    });
            answer.write(question, 12, at + 4 - 12);
            if (hasRecord) {
                answer.writeBytes(
                        new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 9, 9, 9, 9});
            }
            return answer.toByteArray();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            listening.close();
        }
    }
}

package dev.heddle.e2e;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A machine's server of names, over UDP and TCP: stands for a cluster's own.
final class MachineNames implements AutoCloseable {
    private static final int NO_SUCH_NAME = 3;

    private final Map<String, List<String>> names;
    private final DatagramSocket socket;
    private final ServerSocket listening;

    /// @param names with their addresses of IPv4
    MachineNames(InetSocketAddress at, Map<String, List<String>> names) throws IOException {
        this.names = names;
        this.socket = new DatagramSocket(at);
        this.listening = new ServerSocket(at.getPort(), 10, at.getAddress());
        Thread.ofVirtual().start(this::serve);
        Thread.ofVirtual().start(this::accept);
    }

    private void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4_096], 4_096);
                socket.receive(packet);
                byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
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
                    client.getOutputStream().write(framed(answer(question)));
                }
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private static byte[] framed(byte[] message) {
        var framed = new ByteArrayOutputStream();
        framed.write(message.length >>> 8);
        framed.write(message.length);
        framed.writeBytes(message);
        return framed.toByteArray();
    }

    /// Asks over TCP for the addresses of a name, as one message with its length before it.
    static byte[] question(String name) {
        var question = new ByteArrayOutputStream();
        question.writeBytes(new byte[] {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (String label : name.split("\\.", -1)) {
            question.write(label.length());
            question.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        question.writeBytes(new byte[] {0, 0, 1, 0, 1});
        return framed(question.toByteArray());
    }

    private byte[] answer(byte[] question) {
        var name = new StringBuilder();
        int at = 12;
        for (int length = question[at++]; length > 0; length = question[at++]) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(question, at, length, StandardCharsets.US_ASCII));
            at += length;
        }
        boolean isOfAddresses = question[at] == 0 && question[at + 1] == 1;
        List<String> found = names.get(name.toString().toLowerCase(Locale.ROOT));
        List<String> addresses = found == null || !isOfAddresses ? List.of() : found;
        var answer = new ByteArrayOutputStream();
        answer.write(question, 0, 2);
        int code = found == null ? NO_SUCH_NAME : 0;
        answer.writeBytes(new byte[] {(byte) 0x81, (byte) (0x80 | code), 0, 1, 0});
        answer.write(addresses.size());
        answer.writeBytes(new byte[4]);
        answer.write(question, 12, at + 4 - 12);
        for (String address : addresses) {
            answer.writeBytes(new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4});
            answer.writeBytes(InetAddress.ofLiteral(address).getAddress());
        }
        return answer.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        listening.close();
    }
}

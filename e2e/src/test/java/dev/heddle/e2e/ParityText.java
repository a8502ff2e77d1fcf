package dev.heddle.e2e;

import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// HTTP/1 as text, to compare two proxies by.
final class ParityText {
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)\r\n");
    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private ParityText() {}

    /// Where a message ends; -1 while it is not complete.
    static int messageEnd(String text) {
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return -1;
        }
        String fields = text.substring(0, head + 2).toLowerCase(Locale.ROOT);
        Matcher length = LENGTH.matcher(fields);
        if (length.find()) {
            long left = Long.parseLong(length.group(1));
            return left <= text.length() - head - 4 ? head + 4 + (int) left : -1;
        }
        return fields.contains("\r\ntransfer-encoding: chunked\r\n")
                ? chunksEnd(text, head + 4)
                : head + 4;
    }

    private static int chunksEnd(String text, int from) {
        int at = from;
        while (true) {
            int line = text.indexOf("\r\n", at);
            if (line < 0) {
                return -1;
            }
            int size = Integer.parseInt(text.substring(at, line), 16);
            if (size == 0) {
                int end = text.indexOf("\r\n\r\n", line);
                return end < 0 ? -1 : end + 4;
            }
            at = line + 2 + size + 2;
            if (at > text.length()) {
                return -1;
            }
        }
    }

    /// Where the first answer ends, with the informational ones before it; -1 while it is not
    /// complete, or when only the end of the connection can say.
    static int answerEnd(String text, boolean isHead) {
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return -1;
        }
        String status = text.substring(0, head).split("[ \r]", 3)[1];
        if (status.startsWith("1") && status.length() == 3 && !status.equals("101")) {
            int rest = answerEnd(text.substring(head + 4), isHead);
            return rest < 0 ? -1 : head + 4 + rest;
        }
        if (isHead || status.equals("204") || status.equals("304") || status.equals("101")) {
            return head + 4;
        }
        String fields = text.substring(0, head + 2).toLowerCase(Locale.ROOT);
        boolean isFramed =
                fields.contains("\r\ncontent-length:") || fields.contains("\r\ntransfer-encoding:");
        return isFramed ? messageEnd(text) : -1;
    }

    /// The same for both proxies, as far as they may differ: ids, dates, ports, the address that
    /// Envoy takes for a client on the loopback interface, the order of headers.
    static String comparable(String text, String client, int port) {
        String same = ID.matcher(text).replaceAll("<id>");
        same = same.replaceAll("(?i)date: [^\r]*", "date: <date>");
        same = same.replaceAll("(?i)(service-time: )\\d+", "$1<millis>");
        same = same.replace(":" + port, ":<port>").replace(": " + port + "\r", ": <port>\r");
        same = same.replace(client, "127.0.0.1");
        for (String address : ownAddresses()) {
            same = same.replace(address, "127.0.0.1");
        }
        int head = same.indexOf("\r\n\r\n");
        if (head < 0) {
            return same;
        }
        List<String> lines =
                new ArrayList<>(Arrays.asList(same.substring(0, head).split("\r\n", -1)));
        String first = lines.removeFirst();
        Collections.sort(lines);
        return first
                + "\n"
                + String.join("\n", lines)
                + "\n\n"
                + same.substring(head + 4).replace("\r\n", "\n");
    }

    private static List<String> ownAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(it -> it instanceof Inet4Address && !it.isLoopbackAddress())
                    .map(it -> it.getHostAddress())
                    .toList();
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.heddle.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// HTTP/1.1 as a caller in a test needs it: a request as bytes, and an answer out of bytes. Made
/// apart from the proxy's codec on purpose, so that neither can hide the other's mistake.
public final class HttpText {
    private HttpText() {}

    /// A request without a body.
    ///
    /// @param target as it stands in the request line: a path, or a whole URL for a proxy
    public static byte[] request(
            String method, String target, String host, Map<String, String> headers) {
        var text = new StringBuilder();
        text.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        text.append("host: ").append(host).append("\r\n");
        headers.forEach((k, v) -> text.append(k).append(": ").append(v).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The answer in these bytes; empty while some of it is missing.
    ///
    /// @param ended whether the other side has closed, which ends a body of unknown length
    public static Optional<Answer> answer(byte[] bytes, boolean ended) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return Optional.empty();
        }
        List<String> lines = text.substring(0, end).lines().toList();
        int status = Integer.parseInt(lines.getFirst().split(" ", 3)[1]);
        var headers = new LinkedHashMap<String, List<String>>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        if (status < 200) {
            return answer(text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1), ended);
        }
        return body(text.substring(end + 4), headers, status, ended)
                .map(body -> new Answer(status, headers, body));
    }

    /// The answer that comes on a connection; empty if that ends without one.
    public static Optional<Answer> answer(Socket from) throws IOException {
        var received = new ByteArrayOutputStream();
        byte[] buffer = new byte[16_384];
        while (true) {
            int count = from.getInputStream().read(buffer);
            received.write(buffer, 0, Math.max(0, count));
            Optional<Answer> answer = answer(received.toByteArray(), count < 0);
            if (answer.isPresent() || count < 0) {
                return answer;
            }
        }
    }

    private static Optional<String> body(
            String rest, Map<String, List<String>> headers, int status, boolean ended) {
        if (status == 204 || status == 304) {
            return Optional.of("");
        }
        if (headers.getOrDefault("transfer-encoding", List.of()).contains("chunked")) {
            return chunks(rest);
        }
        List<String> length = headers.getOrDefault("content-length", List.of());
        if (length.isEmpty()) {
            return ended ? Optional.of(rest) : Optional.empty();
        }
        int wanted = Integer.parseInt(length.getFirst());
        return rest.length() < wanted ? Optional.empty() : Optional.of(rest.substring(0, wanted));
    }

    private static Optional<String> chunks(String rest) {
        var body = new StringBuilder();
        int at = 0;
        while (true) {
            int line = rest.indexOf("\r\n", at);
            if (line < 0) {
                return Optional.empty();
            }
            int size = Integer.parseInt(rest.substring(at, line).split(";", 2)[0].strip(), 16);
            if (size == 0) {
                return rest.indexOf("\r\n", line + 2) < 0
                        ? Optional.empty()
                        : Optional.of(body.toString());
            }
            if (rest.length() < line + 2 + size + 2) {
                return Optional.empty();
            }
            body.append(rest, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }
}

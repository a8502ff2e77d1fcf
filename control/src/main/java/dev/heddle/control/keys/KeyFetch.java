package dev.heddle.control.keys;

import dev.heddle.xds.token.JsonText;
import dev.heddle.xds.token.KeySet;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Fetches key sets, and what providers say of themselves, by HTTP.
///
/// An address is looked up once and called itself, so that no second look-up leads elsewhere. The
/// certificate of an https server must be good for the name. Redirects are not followed, and what
/// is longer than 1 MiB or comes later than the timeout is nothing.
///
/// @param reach who may be called
/// @param tls makes secured sockets
/// @param nanos for timeouts: never goes back
record KeyFetch(Reach reach, SSLSocketFactory tls, LongSupplier nanos) {
    private static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_LINES = 200;
    static final String DISCOVERY = "/.well-known/openid-configuration";

    /// The key set at a place; where that is an issuer's own description, at the place which that
    /// names.
    ///
    /// @throws IOException when there is none, with the reason
    String keys(String place, Duration timeout) throws IOException {
        long end = nanos.getAsLong() + timeout.toNanos();
        String text = get(place, end);
        if (place.endsWith(DISCOVERY)) {
            Object said = JsonText.object(text).map(it -> it.get("jwks_uri")).orElse(null);
            if (!(said instanceof String uri)) {
                throw new IOException(place + ": no jwks_uri in it");
            }
            text = get(uri, end);
        }
        // What is no key set is not passed on: it may be what nobody else should read.
        if (KeySet.of(text).size() == 0) {
            throw new IOException(place + ": no key set with a key that can be used");
        }
        return text;
    }

    /// What a provider of OpenID Connect says of itself (OpenID Connect Discovery, 4), as the JSON
    /// of an OpenIDProvider's spec.
    ///
    /// @throws IOException when there is none, with the reason
    String provider(String issuer, String place, Duration timeout) throws IOException {
        long end = nanos.getAsLong() + timeout.toNanos();
        Map<String, @Nullable Object> said =
                JsonText.object(get(place, end))
                        .orElseThrow(() -> new IOException(place + ": no JSON"));
        // A provider speaks for itself alone: who gets another's answer in would read its codes.
        if (!issuer.equals(said.get("issuer"))) {
            throw new IOException(place + ": its issuer is not '" + issuer + "'");
        }
        return provider(
                issuer,
                url(place, said, "authorization_endpoint", true),
                url(place, said, "token_endpoint", true),
                url(place, said, "end_session_endpoint", false));
    }

    /// An OpenIDProvider's spec as JSON.
    static String provider(String issuer, String authorization, String token, String endSession) {
        var spec = new LinkedHashMap<String, Object>();
        spec.put("issuer", issuer);
        spec.put("authorizationEndpoint", authorization);
        spec.put("tokenEndpoint", token);
        if (!endSession.isEmpty()) {
            spec.put("endSessionEndpoint", endSession);
        }
        return JsonText.write(spec);
    }

    private static String url(
            String place, Map<String, @Nullable Object> said, String field, boolean isRequired)
            throws IOException {
        if (!isRequired && !(said.get(field) instanceof String)) {
            return "";
        }
        try {
            if (said.get(field) instanceof String text) {
                var url = new URI(text);
                boolean isWeb = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
                if (isWeb && url.getHost() != null && url.getRawUserInfo() == null) {
                    return text;
                }
            }
        } catch (URISyntaxException _) {
            // It is told like anything else that is no URL.
        }
        throw new IOException(place + ": its " + field + " is no http or https URL");
    }

    private String get(String place, long end) throws IOException {
        URI uri;
        try {
            uri = new URI(place);
        } catch (URISyntaxException e) {
            throw new IOException(place + ": no URL", e);
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        boolean isSecure = scheme.equals("https");
        if ((!isSecure && !scheme.equals("http")) || uri.getHost() == null) {
            throw new IOException(place + ": no http or https URL with a host");
        }
        int port = uri.getPort() > 0 ? uri.getPort() : isSecure ? 443 : 80;
        String host = uri.getHost().replace("[", "").replace("]", "");
        try (Socket socket = connected(host, port, end)) {
            int millis = left(end) + 1;
            Thread limit = Thread.startVirtualThread(() -> cutOff(socket, millis));
            try {
                return answer(place, uri, isSecure ? secured(socket, host, port) : socket);
            } catch (IOException e) {
                left(end);
                throw e;
            } finally {
                limit.interrupt();
            }
        }
    }

    /// Whoever answers byte by byte, in whichever part of the answer, is not waited for longer.
    private static void cutOff(Socket socket, int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            socket.close();
        } catch (InterruptedException | IOException _) {
            // The answer is there, or nobody reads it any more.
        }
    }

    private static String answer(String place, URI uri, Socket wire) throws IOException {
        String path =
                uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String request =
                "GET "
                        + path
                        + query
                        + " HTTP/1.1\r\nHost: "
                        + uri.getRawAuthority()
                        + "\r\nAccept: application/json\r\nConnection: close\r\n\r\n";
        wire.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        wire.getOutputStream().flush();
        return body(place, new BufferedInputStream(wire.getInputStream()));
    }

    private Socket connected(String host, int port, long end) throws IOException {
        InetAddress[] all = InetAddress.getAllByName(host);
        Optional<InetAddress> address = Arrays.stream(all).filter(reach::allows).findFirst();
        if (address.isEmpty()) {
            throw new IOException(host + ": " + all[0].getHostAddress() + " is not called");
        }
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address.get(), port), left(end));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new IOException(host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private Socket secured(Socket socket, String host, int port) throws IOException {
        var secured = (SSLSocket) tls.createSocket(socket, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /// How much time there is, in milliseconds.
    private int left(long end) throws IOException {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - nanos.getAsLong());
        if (millis <= 0) {
            throw new IOException("it took too long");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    private static String body(String place, InputStream in) throws IOException {
        String[] status = line(in).split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
            throw new IOException(place + ": no answer of HTTP/1");
        }
        if (!status[1].equals("200")) {
            throw new IOException(place + ": status " + status[1] + " (expected: 200)");
        }
        long length = -1;
        boolean isChunked = false;
        for (int i = 0; ; i++) {
            String line = line(in);
            if (line.isEmpty()) {
                break;
            }
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = number(lower.substring("content-length:".length()).strip(), 10);
            } else if (lower.startsWith("transfer-encoding:")) {
                isChunked = lower.endsWith("chunked");
            }
            if (i > MOST_LINES) {
                throw new IOException(place + ": more than " + MOST_LINES + " headers");
            }
        }
        var body = new ByteArrayOutputStream();
        if (isChunked) {
            for (long chunk = number(line(in), 16); chunk > 0; chunk = number(line(in), 16)) {
                read(place, in, chunk, body);
                line(in);
            }
        } else {
            read(place, in, length < 0 ? Long.MAX_VALUE : length, body);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private static long number(String text, int radix) throws IOException {
        int semicolon = text.indexOf(';');
        try {
            return Long.parseLong(
                    semicolon < 0 ? text : text.substring(0, semicolon).strip(), radix);
        } catch (NumberFormatException e) {
            throw new IOException("'" + text + "': no length", e);
        }
    }

    private static void read(String place, InputStream in, long length, ByteArrayOutputStream body)
            throws IOException {
        byte[] buffer = new byte[8_192];
        long left = length;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                if (length == Long.MAX_VALUE) {
                    return;
                }
                throw new IOException(place + ": the answer was cut off");
            }
            body.write(buffer, 0, read);
            left -= read;
            if (body.size() > MOST_BYTES) {
                throw new IOException(place + ": more than " + MOST_BYTES + " bytes");
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > LONGEST_LINE) {
                throw new IOException("no end of a line");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }
}

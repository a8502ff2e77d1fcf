package dev.heddle.control.fetch;

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
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Fetches texts by HTTP.
///
/// An address is looked up once and called itself, so that no second look-up leads elsewhere. The
/// certificate of an https server must be as [Tls] says. Redirects are not followed, and what is
/// longer than 1 MiB or comes later than the timeout is nothing.
///
/// @param reach who may be called
/// @param nanos for timeouts: never goes back
/// @param what as in `keys`, for messages
public record WebFetch(Reach reach, LongSupplier nanos, String what) {
    private static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_LINES = 200;

    /// What https servers are measured by.
    ///
    /// @param sockets that secure connections
    /// @param isByName whether a certificate must be good for the name of the host
    public record Tls(SSLSocketFactory sockets, boolean isByName) {
        /// By whom the Java runtime believes.
        public static Tls usual() {
            return new Tls((SSLSocketFactory) SSLSocketFactory.getDefault(), true);
        }
    }

    /// When something that begins now must be done.
    public long endOf(Duration timeout) {
        return nanos.getAsLong() + timeout.toNanos();
    }

    /// What stands at a place.
    ///
    /// @param end as of [#endOf]
    /// @throws IOException when there is nothing, with the reason
    public String get(String place, Tls tls, long end) throws IOException {
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
                return answer(place, uri, isSecure ? secured(tls, socket, host, port) : socket);
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
            throw new IOException(
                    host + ": " + all[0].getHostAddress() + " is not called for " + what);
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

    private static Socket secured(Tls tls, Socket socket, String host, int port)
            throws IOException {
        var secured = (SSLSocket) tls.sockets().createSocket(socket, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        if (tls.isByName()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
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

package dev.heddle.proxy.filter.session;

import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Addresses of hosts as clients keep them, in Envoy's form, so that a client may go from one kind
/// of proxy to the other.
final class SessionText {
    private SessionText() {}

    /// An address as a header holds it.
    static String of(String address) {
        return encoded(address.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The address that a header holds; null for none.
    static @Nullable String plain(String text) {
        byte[] bytes = decoded(text);
        return bytes.length == 0 ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// An address as a cookie holds it.
    ///
    /// @param end of the session, in seconds since 1970; 0 for none
    static String forCookie(String address, long end) {
        var out = new WireWriter();
        out.text(Kept.ADDRESS, address);
        if (end != 0) {
            out.number(Kept.EXPIRES, end);
        }
        return encoded(out.toBytes().toByteArray());
    }

    /// The address that a cookie holds; null for none, or one whose session has ended. Envoy once
    /// wrote the address and nothing else, and still takes that.
    ///
    /// @param now in seconds since 1970
    static @Nullable String inCookie(String text, long now) {
        byte[] bytes = decoded(text);
        if (bytes.length == 0) {
            return null;
        }
        try {
            var kept = new Kept(Bytes.of(bytes));
            long end = kept.end();
            String address = kept.address();
            return address.isEmpty() || (end != 0 && now > end) ? null : address;
        } catch (WireException _) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// Nothing where the text is no base64, with all of its padding.
    private static byte[] decoded(String text) {
        if (text.length() % 4 != 0) {
            return new byte[0];
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    /// What a cookie holds (Envoy's `envoy.Cookie`, of which its API does not know).
    private static final class Kept extends Message {
        private static final int ADDRESS = 1;
        private static final int EXPIRES = 2;

        Kept(Bytes bytes) {
            super(bytes);
        }

        String address() {
            return text(ADDRESS);
        }

        long end() {
            return number(EXPIRES);
        }

        @Override
        public String typeName() {
            return "envoy.Cookie";
        }

        @Override
        public Message read(Bytes other) {
            return new Kept(other);
        }

        @Override
        protected String schema() {
            return "address,1,?s;expires,2,?u;";
        }
    }
}

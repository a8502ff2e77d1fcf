package dev.heddle.proxy.listener;

import dev.heddle.proxy.runtime.Confined;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a client hello says about whom it is for ([RFC 8446,
/// 4.1.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2)).
///
/// @param serverName in lower case, without a dot at the end; empty when it names none
/// @param protocols that it offers (ALPN), the best first; empty when it offers none
record ClientHello(String serverName, List<String> protocols) {
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int HOST_NAME = 0;
    private static final int LONGEST_NAME = 255;

    ClientHello {
        protocols = List.copyOf(protocols);
    }

    /// Reads the body of a hello; null when it is not well-formed.
    static @Nullable ClientHello parse(byte[] bytes, int start, int end) {
        try {
            return read(new Cursor(bytes, start, end));
        } catch (Malformed _) {
            return null;
        }
    }

    /// Some length says more than there is, or a name is none.
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed() {
            super("", null, false, false);
        }
    }

    private static ClientHello read(Cursor hello) throws Malformed {
        hello.skip(2 + 32);
        hello.skip(hello.u8());
        int suites = hello.u16();
        if (suites == 0 || suites % 2 != 0) {
            throw new Malformed();
        }
        hello.skip(suites);
        int compressions = hello.u8();
        if (compressions == 0) {
            throw new Malformed();
        }
        hello.skip(compressions);
        String name = "";
        List<String> protocols = List.of();
        if (hello.hasMore()) {
            Cursor extensions = hello.part(hello.u16());
            hello.expectEnd();
            var seen = new HashSet<Integer>();
            while (extensions.hasMore()) {
                int type = extensions.u16();
                Cursor extension = extensions.part(extensions.u16());
                if (!seen.add(type)) {
                    throw new Malformed();
                }
                switch (type) {
                    case SERVER_NAME -> name = serverName(extension);
                    case ALPN -> protocols = protocols(extension);
                    default -> {
                        // Of no interest here.
                    }
                }
            }
        }
        return new ClientHello(name, protocols);
    }

    /// Exactly one name: two would let a filter chain and a server see different ones.
    private static String serverName(Cursor extension) throws Malformed {
        Cursor list = extension.part(extension.u16());
        extension.expectEnd();
        if (list.u8() != HOST_NAME) {
            throw new Malformed();
        }
        String name = list.text(list.u16());
        list.expectEnd();
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new Malformed();
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || name.charAt(i) >= 0x7f) {
                throw new Malformed();
            }
        }
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.length() > 1 && lower.endsWith(".")
                ? lower.substring(0, lower.length() - 1)
                : lower;
    }

    private static List<String> protocols(Cursor extension) throws Malformed {
        Cursor list = extension.part(extension.u16());
        extension.expectEnd();
        var protocols = new ArrayList<String>();
        while (list.hasMore()) {
            String protocol = list.text(list.u8());
            if (protocol.isEmpty()) {
                throw new Malformed();
            }
            protocols.add(protocol);
        }
        if (protocols.isEmpty()) {
            throw new Malformed();
        }
        return protocols;
    }

    /// Where the reading is.
    @Confined("worker")
    private static final class Cursor {
        private final byte[] bytes;
        private final int end;
        private int at;

        Cursor(byte[] bytes, int start, int end) {
            this.bytes = bytes;
            this.end = end;
            this.at = start;
        }

        boolean hasMore() {
            return at < end;
        }

        void expectEnd() throws Malformed {
            if (hasMore()) {
                throw new Malformed();
            }
        }

        int skip(int count) throws Malformed {
            if (count > end - at) {
                throw new Malformed();
            }
            int before = at;
            at += count;
            return before;
        }

        int u8() throws Malformed {
            return bytes[skip(1)] & 0xff;
        }

        int u16() throws Malformed {
            int index = skip(2);
            return ((bytes[index] & 0xff) << 8) | (bytes[index + 1] & 0xff);
        }

        Cursor part(int length) throws Malformed {
            int start = skip(length);
            return new Cursor(bytes, start, start + length);
        }

        String text(int length) throws Malformed {
            return new String(bytes, skip(length), length, StandardCharsets.ISO_8859_1);
        }
    }
}

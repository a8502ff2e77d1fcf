package dev.heddle.proxy.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the end of a body is found (RFC 9112, section 6).
///
/// @param length in bytes, for [Kind#LENGTH]
record Framing(Kind kind, long length) {
    enum Kind {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    static final Framing NONE = new Framing(Kind.NONE, 0);
    static final Framing CHUNKED = new Framing(Kind.CHUNKED, 0);
    static final Framing UNTIL_CLOSE = new Framing(Kind.UNTIL_CLOSE, 0);

    /// What [#contentLength] says of a value that is no length.
    static final long INVALID = -1;

    /// More than any body has, and far from an overflow.
    private static final int MAX_DIGITS = 18;

    static Framing length(long length) {
        return length == 0 ? NONE : new Framing(Kind.LENGTH, length);
    }

    /// What is wrong with the framing fields of a message, or null. Two ways of framing, or two
    /// lengths even if they are equal, are how requests are smuggled: refused, never repaired.
    static @Nullable CodecError check(Headers headers, Protocol protocol) {
        boolean hasLength = headers.contains(HeaderName.CONTENT_LENGTH);
        if (headers.contains(HeaderName.TRANSFER_ENCODING)) {
            if (hasLength) {
                return CodecError.LENGTH_AND_CHUNKED;
            }
            if (protocol == Protocol.HTTP_10) {
                return CodecError.MALFORMED;
            }
            return checkEncodings(headers.getAll(HeaderName.TRANSFER_ENCODING));
        }
        if (!hasLength) {
            return null;
        }
        List<String> lengths = headers.getAll(HeaderName.CONTENT_LENGTH);
        return lengths.size() == 1 && contentLength(lengths.getFirst()) != INVALID
                ? null
                : CodecError.INVALID_LENGTH;
    }

    /// The framing that checked fields say; null if they say nothing. They are left in the one form
    /// in which they are forwarded.
    static @Nullable Framing of(Headers headers) {
        if (headers.contains(HeaderName.TRANSFER_ENCODING)) {
            headers.set(HeaderName.TRANSFER_ENCODING, "chunked");
            return CHUNKED;
        }
        String length = headers.get(HeaderName.CONTENT_LENGTH);
        if (length == null) {
            return null;
        }
        long value = contentLength(length);
        if (length.length() > 1 && length.charAt(0) == '0') {
            headers.set(HeaderName.CONTENT_LENGTH, Long.toString(value));
        }
        return length(value);
    }

    /// The number, or [#INVALID] unless it is digits and nothing else.
    static long contentLength(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return INVALID;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!Ascii.isDigit(text.charAt(i))) {
                return INVALID;
            }
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    /// `chunked`, once and alone, is the one coding that is served. Anything else that is well
    /// formed is not implemented; the rest is malformed.
    private static @Nullable CodecError checkEncodings(List<String> values) {
        if (values.size() == 1 && Ascii.equalsIgnoreCase(values.getFirst(), "chunked")) {
            return null;
        }
        for (String value : values) {
            for (String coding : value.split(",", -1)) {
                String token = coding.strip();
                if (token.isEmpty() || !token.chars().allMatch(Ascii::isToken)) {
                    return CodecError.MALFORMED;
                }
            }
        }
        return CodecError.INVALID_TRANSFER_ENCODING;
    }
}

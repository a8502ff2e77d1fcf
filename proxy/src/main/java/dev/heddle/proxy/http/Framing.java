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

    /// What [Headers#number] says of a value that is no length.
    private static final long INVALID = -1;

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
        return !headers.isRepeated(HeaderName.CONTENT_LENGTH)
                        && headers.number(HeaderName.CONTENT_LENGTH) != INVALID
                ? null
                : CodecError.INVALID_LENGTH;
    }

    /// The framing that checked fields say; null if they say nothing. They are left in the one form
    /// in which they are forwarded.
    ///
    /// @param last the framing of another message, which is often the same again
    static @Nullable Framing of(Headers headers, Framing last) {
        if (headers.contains(HeaderName.TRANSFER_ENCODING)) {
            headers.set(HeaderName.TRANSFER_ENCODING, "chunked");
            return CHUNKED;
        }
        if (!headers.contains(HeaderName.CONTENT_LENGTH)) {
            return null;
        }
        long length = headers.number(HeaderName.CONTENT_LENGTH);
        if (headers.isPadded(HeaderName.CONTENT_LENGTH)) {
            headers.set(HeaderName.CONTENT_LENGTH, length);
        }
        return last.kind == Kind.LENGTH && last.length == length ? last : length(length);
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

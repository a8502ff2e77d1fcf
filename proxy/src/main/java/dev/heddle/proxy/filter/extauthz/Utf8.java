package dev.heddle.proxy.filter.extauthz;

import dev.heddle.xds.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/// Texts of HTTP, in which each character is a byte, as protobuf's, and back.
final class Utf8 {
    private Utf8() {}

    /// The same bytes, those that are no UTF-8 become `!`, as Envoy has it.
    static Bytes of(String latin) {
        for (int i = 0; i < latin.length(); i++) {
            if (latin.charAt(i) >= 0x80) {
                return of(latin.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return Bytes.of(latin.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// As [#of(String)].
    static Bytes of(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        try {
            decoder.decode(ByteBuffer.wrap(bytes));
            return Bytes.of(bytes);
        } catch (CharacterCodingException _) {
            return Bytes.of(repaired(decoder.reset(), bytes));
        }
    }

    private static byte[] repaired(CharsetDecoder decoder, byte[] bytes) {
        byte[] sound = bytes.clone();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        for (CoderResult result = decoder.decode(in, out, true);
                result.isError();
                result = decoder.decode(in, out, true)) {
            for (int i = 0; i < result.length(); i++) {
                sound[in.position() + i] = '!';
            }
            in.position(in.position() + result.length());
        }
        return sound;
    }

    /// A text of protobuf as one of HTTP.
    static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}

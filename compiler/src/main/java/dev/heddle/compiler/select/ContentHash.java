package dev.heddle.compiler.select;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names things after what they say.
public final class ContentHash {
    private ContentHash() {}

    /// The first bytes of the text's SHA-256, in hexadecimal.
    ///
    /// @param bytes 1 to 32
    public static String of(String text, int bytes) {
        try {
            byte[] whole =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(whole, 0, bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

package dev.heddle.control.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The text of a file, read while nobody wrote it.
///
/// @param stamp of the file before and after it was read
record FileText(FileStamp stamp, String text) {
    private static final int MAX_BYTES = 16 << 20;

    /// Reads a file.
    ///
    /// @throws IOException when it cannot be read, is larger than 16 MiB or is no UTF-8
    static FileText read(Path path) throws IOException {
        FileStamp stamp = FileStamp.of(path);
        if (stamp.size() > MAX_BYTES) {
            throw new IOException(
                    "size: " + stamp.size() + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        byte[] bytes;
        try (var in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES);
        }
        return new FileText(stamp, decode(bytes));
    }

    private static String decode(byte[] bytes) throws IOException {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("not UTF-8 text", e);
        }
    }

    /// Without the text, as there may be Secrets in it.
    @Override
    public String toString() {
        return "FileText[" + stamp + "]";
    }
}

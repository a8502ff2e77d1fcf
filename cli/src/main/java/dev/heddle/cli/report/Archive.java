package dev.heddle.cli.report;

import dev.heddle.model.Confined;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A zip file that only its owner may read, of a bounded size. Its last entry is `manifest.json`,
/// which says what is in it and what was left out.
@Confined("caller")
public final class Archive implements AutoCloseable {
    static final int MOST_OF_ONE = 8 << 20;
    static final int MOST = 64 << 20;

    private final ZipOutputStream zip;
    private final String made;
    private final List<Node> entries = new ArrayList<>();
    private final List<Node> leftOut = new ArrayList<>();
    private int size;

    private Archive(ZipOutputStream zip, String made) {
        this.zip = zip;
        this.made = made;
    }

    /// Begins one.
    ///
    /// @param made when, and by which Heddle
    /// @throws IOException when the file is there or cannot be made
    public static Archive create(Path file, String made) throws IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE);
        return new Archive(new ZipOutputStream(out), made);
    }

    /// Adds a text, without what is secret in it. Of one that is too long the end is left out.
    public void add(String name, String text) throws IOException {
        String scrubbed = Scrubber.scrub(text);
        byte[] bytes = scrubbed.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, Math.min(MOST_OF_ONE, MOST - size));
        if (length < bytes.length) {
            leaveOut(
                    name + ", from byte " + length + " on",
                    "%d bytes (at most %d in an entry, and %d in all)"
                            .formatted(bytes.length, MOST_OF_ONE, MOST));
        }
        if (length == 0 && bytes.length > 0) {
            return;
        }
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes, 0, length);
        zip.closeEntry();
        size += length;
        entries.add(Node.Mapping.EMPTY.with("name", name).with("bytes", length));
    }

    /// Notes that something is not in it.
    public void leaveOut(String what, String why) {
        leftOut.add(Node.Mapping.EMPTY.with("what", what).with("why", Scrubber.scrub(why)));
    }

    /// How much was left out.
    public int leftOut() {
        return leftOut.size();
    }

    /// Ends it with the manifest.
    @Override
    public void close() throws IOException {
        try (zip) {
            zip.putNextEntry(new ZipEntry("manifest.json"));
            zip.write(
                    Json.pretty(
                                    Node.Mapping.EMPTY
                                            .with("made", made)
                                            .with("entries", entries)
                                            .with("leftOut", leftOut)
                                            .with(
                                                    "secrets",
                                                    "Secrets, keys, tokens, passwords and the"
                                                            + " values of headers to others are"
                                                            + " [redacted]; look before you pass"
                                                            + " it on"))
                            .getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
    }

    /// Names of entries are file names: everything else becomes a dash.
    public static String fileName(String text) {
        return text.replaceAll("[^A-Za-z0-9._~-]+", "-");
    }
}

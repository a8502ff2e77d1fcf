package dev.heddle.proxy.kept;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a control plane sent and a proxy runs. Immutable.
///
/// As bytes it is a line that names the format, the content, and a SHA-256 of both.
///
/// @param node whose it is
/// @param writtenAt when it was in force
/// @param resources by type
record KeptSnapshot(String node, Instant writtenAt, Map<XdsType, List<XdsResource>> resources) {

    /// Grows with each change of the format; other formats are not read.
    private static final byte[] FORMAT = "heddle snapshot 1\n".getBytes(StandardCharsets.US_ASCII);

    private static final int CHECKSUM = 32;

    KeptSnapshot {
        var copy = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        resources.forEach((type, list) -> copy.put(type, List.copyOf(list)));
        resources = Collections.unmodifiableMap(copy);
    }

    /// Those of one type.
    List<XdsResource> of(XdsType type) {
        return resources.getOrDefault(type, List.of());
    }

    /// The fingerprints of all but endpoints.
    Set<Fingerprint> fingerprints() {
        var all = new HashSet<Fingerprint>();
        resources.forEach((type, list) -> {
            if (type != XdsType.ENDPOINT) {
                list.forEach(it -> all.add(Fingerprint.of(type, it)));
            }
        });
        return all;
    }

    /// Writes it, piece by piece.
    void write(OutputStream out) throws IOException {
        MessageDigest digest = sha();
        var data = new DataOutputStream(new DigestOutputStream(out, digest));
        data.write(FORMAT);
        text(data, node);
        data.writeLong(writtenAt.toEpochMilli());
        for (Map.Entry<XdsType, List<XdsResource>> ofType : resources.entrySet()) {
            for (XdsResource resource : ofType.getValue()) {
                text(data, ofType.getKey().typeUrl());
                text(data, resource.name());
                text(data, resource.version());
                byte[] body = resource.body().bytes().toByteArray();
                data.writeInt(body.length);
                data.write(body);
            }
        }
        data.flush();
        out.write(digest.digest());
        out.flush();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /// Reads it.
    ///
    /// @throws Unusable when these are not the bytes of one
    static KeptSnapshot read(byte[] bytes) throws Unusable {
        if (bytes.length < FORMAT.length + CHECKSUM) {
            throw new Unusable(bytes.length + " bytes are no snapshot, it was cut off");
        }
        if (!Arrays.equals(bytes, 0, FORMAT.length, FORMAT, 0, FORMAT.length)) {
            throw new Unusable("it is not of this version's format, '" + format() + "'");
        }
        MessageDigest digest = sha();
        int end = bytes.length - CHECKSUM;
        digest.update(bytes, 0, end);
        if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw new Unusable("its checksum is wrong, it was cut off or changed");
        }
        try {
            return decode(
                    new DataInputStream(
                            new ByteArrayInputStream(bytes, FORMAT.length, end - FORMAT.length)));
        } catch (IOException | IllegalArgumentException e) {
            throw new Unusable("its content cannot be read: " + e.getMessage());
        }
    }

    private static String format() {
        return new String(FORMAT, StandardCharsets.US_ASCII).strip();
    }

    private static KeptSnapshot decode(DataInputStream in) throws IOException {
        String node = text(in);
        Instant writtenAt = Instant.ofEpochMilli(in.readLong());
        var resources = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        while (in.available() > 0) {
            String url = text(in);
            XdsType type =
                    XdsType.ofTypeUrl(url)
                            .orElseThrow(() -> new IllegalArgumentException("type " + url));
            var resource = new XdsResource(text(in), text(in), Any.of(Bytes.of(piece(in))));
            resources.computeIfAbsent(type, _ -> new ArrayList<>()).add(resource);
        }
        return new KeptSnapshot(node, writtenAt, resources);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(piece(in), StandardCharsets.UTF_8);
    }

    private static byte[] piece(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a piece of " + length + " bytes");
        }
        return in.readNBytes(length);
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

package dev.heddle.console.page;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// One file of the page.
final class PageFile {
    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml",
                    "json", "application/json; charset=utf-8",
                    "woff2", "font/woff2");

    /// What the build puts a hash of the content into the name of never changes.
    private static final String HASHED = "assets/";

    private static final Pattern GZIP = Pattern.compile("(^|[\\s,])(gzip|\\*)($|\\s*[,;])");
    private static final Pattern NO_GZIP =
            Pattern.compile("(gzip|\\*)\\s*;\\s*q=0(\\.0*)?($|[\\s,])");

    private final String name;
    private final byte[] plain;
    private final Optional<byte[]> gzipped;
    private final String tag;

    /// @param name as in `assets/index-x1.js`
    /// @param gzipped the same packed; empty where that is no gain
    PageFile(String name, byte[] plain, Optional<byte[]> gzipped) {
        this.name = name;
        this.plain = plain;
        this.gzipped = gzipped;
        this.tag = hash(plain);
    }

    private static String hash(byte[] bytes) {
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(whole, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }

    /// @param accepted encodings, as in `gzip, br`
    /// @param known what the browser has already, as in `"x1"`; empty for nothing
    PageAnswer answer(String accepted, String known) {
        boolean packs = gzipped.isPresent() && takesGzip(accepted);
        String etag = "\"" + tag + (packs ? "-gzip" : "") + "\"";
        boolean isKnown = known.contains(etag);
        return new PageAnswer(
                isKnown ? 304 : 200,
                TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain"),
                etag,
                name.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache",
                packs,
                isKnown ? new byte[0] : packs ? gzipped.orElseThrow() : plain);
    }

    private static boolean takesGzip(String accepted) {
        String said = accepted.toLowerCase(Locale.ROOT);
        return GZIP.matcher(said).find() && !NO_GZIP.matcher(said).find();
    }
}

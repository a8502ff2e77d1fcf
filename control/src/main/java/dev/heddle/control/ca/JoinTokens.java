package dev.heddle.control.ca;

import dev.heddle.control.world.DurableFile;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.CertificateHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/// Tokens by which workloads get their first certificate: each for one service account, for a while
/// and for so many uses.
///
/// Each is a file of a directory, without its secret part, of which only a hash is kept; so a
/// command can add one while the authority runs. A token's text has the hash of the root's
/// certificate, too: who has the token knows whom to believe.
public final class JoinTokens {
    private static final String PREFIX = "heddle-join";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final ReentrantLock lock = new ReentrantLock();

    /// @param directory where they are kept; made with the first
    public JoinTokens(Path directory) {
        this.directory = directory;
    }

    /// What a token is good for.
    ///
    /// @param uses how often, from 1
    public record Grant(SpiffeId.Account account, int uses, Instant expires) {
        public Grant {
            if (uses < 1) {
                throw new IllegalArgumentException("uses: " + uses + " (expected: 1 or more)");
            }
        }
    }

    /// Makes one.
    ///
    /// @param root whom its holder shall believe
    /// @return its text, which is nowhere else
    public String make(Grant grant, X509Certificate root) throws IOException {
        if (grant.account().equals(CaServer.SELF)) {
            throw new IllegalArgumentException(
                    "account: the control plane's own (expected: a workload's)");
        }
        var id = new byte[8];
        var secret = new byte[32];
        RANDOM.nextBytes(id);
        RANDOM.nextBytes(secret);
        String name = HexFormat.of().formatHex(id);
        String part = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        Files.createDirectories(directory);
        write(name, grant, hash(part));
        return String.join(".", PREFIX, name, part, CertificateHash.of(root));
    }

    /// Whether it looks like one.
    static boolean isOne(String text) {
        return text.startsWith(PREFIX + ".");
    }

    /// Uses one once.
    ///
    /// @return whose it is; empty where it is none, is used up or out of date
    Optional<SpiffeId.Account> use(String text, Instant now) {
        String[] parts = text.split("\\.", -1);
        if (parts.length < 3 || !ID.matcher(parts[1]).matches()) {
            return Optional.empty();
        }
        lock.lock();
        try {
            return use(parts[1], parts[2], now);
        } catch (IOException _) {
            // What cannot be counted cannot be used.
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private Optional<SpiffeId.Account> use(String name, String part, Instant now)
            throws IOException {
        Path file = file(name);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        Map<String, String> said = fields(Files.readString(file));
        byte[] known = said.getOrDefault("sha256", "").getBytes(StandardCharsets.US_ASCII);
        boolean fits = MessageDigest.isEqual(known, hash(part).getBytes(StandardCharsets.US_ASCII));
        Optional<Grant> grant = grant(said);
        if (!fits || grant.isEmpty()) {
            return Optional.empty();
        }
        Grant left = grant.get();
        if (!now.isBefore(left.expires())) {
            DurableFile.delete(file);
            return Optional.empty();
        }
        // It counts before it is good for anything: a crash costs a use and grants none.
        if (left.uses() == 1) {
            DurableFile.delete(file);
        } else {
            write(name, new Grant(left.account(), left.uses() - 1, left.expires()), hash(part));
        }
        return Optional.of(left.account());
    }

    private Path file(String name) {
        return directory.resolve(name + ".token");
    }

    private void write(String name, Grant grant, String hash) throws IOException {
        DurableFile.write(
                file(name),
                """
                namespace %s
                account %s
                uses %d
                expires %s
                sha256 %s
                """
                        .formatted(
                                grant.account().namespace(),
                                grant.account().name(),
                                grant.uses(),
                                grant.expires(),
                                hash));
    }

    private static Map<String, String> fields(String text) {
        var fields = new LinkedHashMap<String, String>();
        text.lines()
                .map(line -> line.split(" ", 2))
                .filter(line -> line.length == 2)
                .forEach(line -> fields.put(line[0], line[1]));
        return fields;
    }

    private static Optional<Grant> grant(Map<String, String> said) {
        try {
            return Optional.of(
                    new Grant(
                            new SpiffeId.Account(
                                    said.getOrDefault("namespace", ""),
                                    said.getOrDefault("account", "")),
                            Integer.parseInt(said.getOrDefault("uses", "")),
                            Instant.parse(said.getOrDefault("expires", ""))));
        } catch (IllegalArgumentException | DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static String hash(String part) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(part.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// A grant of one use for a day.
    public static Grant usual(SpiffeId.Account account, Instant now) {
        return new Grant(account, 1, now.plus(Duration.ofDays(1)));
    }
}

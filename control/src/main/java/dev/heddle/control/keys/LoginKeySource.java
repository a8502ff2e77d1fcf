package dev.heddle.control.keys;

import dev.heddle.compiler.secret.LoginKey;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.DurableFile;
import dev.heddle.model.core.Secret;
import dev.heddle.model.policy.SecurityPolicy;
import dev.heddle.xds.token.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds the key of the mesh's logins to what the files say, where somebody wants one and nobody has
/// written one: it is made once and kept in a file that only its owner may read, so that a restart
/// logs nobody out.
public final class LoginKeySource implements ConfigSource.Sink {
    /// Under which name the key is among the files.
    public static final String FILE = "made/login-key";

    private static final Logger LOG = LoggerFactory.getLogger(LoginKeySource.class);

    private final ConfigSource.Sink worlds;
    private final Path kept;
    private final String namespace;
    private final RandomGenerator random;

    /// @param worlds gets what the files say, with the key
    /// @param data directory in which the key is kept
    /// @param namespace that is the mesh's root
    /// @param random that nobody can guess
    public LoginKeySource(
            ConfigSource.Sink worlds, Path data, String namespace, RandomGenerator random) {
        this.worlds = worlds;
        this.kept = data.resolve("login-key");
        this.namespace = namespace;
        this.random = random;
    }

    @Override
    public CompletableFuture<Long> put(SourceState state) throws InterruptedException {
        return worlds.put(isWanted(state) ? merged(state) : state);
    }

    private boolean isWanted(SourceState state) {
        boolean isAsked = false;
        for (ConfigFile file : state.files().values()) {
            for (var resource : file.resources()) {
                isAsked |=
                        resource.spec() instanceof SecurityPolicy policy
                                && policy.oidc().isPresent();
                boolean isThere =
                        resource.spec() instanceof Secret
                                && resource.metadata().name().equals(LoginKey.SECRET)
                                && resource.metadata().namespace().equals(namespace);
                if (isThere) {
                    return false;
                }
            }
        }
        return isAsked;
    }

    private SourceState merged(SourceState state) {
        Optional<String> key = key();
        if (key.isEmpty()) {
            return state;
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("kind", "Secret");
        document.put("metadata", Map.of("name", LoginKey.SECRET, "namespace", namespace));
        document.put("stringData", Map.of(LoginKey.ENTRY, key.get()));
        String text = JsonText.write(document) + "\n";
        return state.with(ConfigFile.of(FILE, Instant.EPOCH, text));
    }

    /// The key that is kept, or a new one; empty where neither can be had, so that routes stay
    /// closed.
    private Optional<String> key() {
        try {
            if (Files.exists(kept)) {
                String text = Files.readString(kept).strip();
                if (text.length() >= LoginKey.LEAST_BYTES) {
                    return Optional.of(text);
                }
                LOG.warn("logins: {} holds no key; it is replaced", kept);
            }
            var bytes = new byte[LoginKey.LEAST_BYTES];
            random.nextBytes(bytes);
            String made = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            DurableFile.write(kept, made + "\n");
            LOG.info("logins: a new key is kept in {}", kept);
            return Optional.of(made);
        } catch (IOException e) {
            LOG.warn("logins: no key, as {} cannot be used: {}", kept, e.getMessage());
            return Optional.empty();
        }
    }
}
